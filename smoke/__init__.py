"""The smoke test of a deployment, scripted: python -m smoke --help.

Each step says PASS, FAIL or SKIP and what was seen. It needs boto3, the service's URL and the
prefix of its functions' names; it is bounded in time and money, and takes away what it made.
"""
