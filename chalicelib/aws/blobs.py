"""The door to the results bucket: texts too long for an item of the table."""

from chalicelib.aws.clients import client


class Blobs:
    def __init__(self, bucket: str) -> None:
        self.bucket = bucket

    def put(self, key: str, text: str) -> None:
        client("s3").put_object(Bucket=self.bucket, Key=key, Body=text.encode(), ContentType="application/json")

    def get(self, key: str) -> str:
        body: bytes = client("s3").get_object(Bucket=self.bucket, Key=key)["Body"].read()
        return body.decode()
