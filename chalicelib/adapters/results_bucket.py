"""The door to the results bucket: texts too long for an item of the table."""

from chalicelib.adapters.clients import client, translate_aws_errors
from chalicelib.errors import UnknownJob

LINK_SECONDS = 300
BUCKET = "The results bucket"


class ResultsBucket:
    """The texts themselves; also a ``ports.ReplyStore``."""

    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    @translate_aws_errors(BUCKET)
    def put(self, key: str, text: str) -> None:
        client("s3").put_object(
            Bucket=self.bucket, Key=key, Body=text.encode(), ContentType="application/json"
        )

    @translate_aws_errors(BUCKET)
    def publish(self, key: str, text: str) -> str:
        self.put(key, text)
        url: str = client("s3").generate_presigned_url(
            "get_object", Params={"Bucket": self.bucket, "Key": key}, ExpiresIn=LINK_SECONDS
        )
        return url

    @translate_aws_errors(BUCKET)
    def get(self, key: str) -> str:
        """Raises UnknownJob for a text that is past its time to live."""
        try:
            body: bytes = client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        except client("s3").exceptions.NoSuchKey:
            raise UnknownJob from None
        return body.decode()
