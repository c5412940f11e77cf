"""csvsum: exact sums of every 10th column of CSV files, as serverless functions."""
