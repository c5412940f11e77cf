"""From this folder to AWS or an emulator and back: python -m deploy. Not shipped to Lambda."""
