"""The resources that the service needs: one CloudFormation file for AWS, emulators and tests."""
