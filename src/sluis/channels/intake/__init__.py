"""What comes in through a channel of files: kept sealed, taken up exactly once, answered, told of in a receipt.

SFTP and mail are doors to this room. A file is a row of the database, not a file on a disk: any number of processes on
any number of machines see the same rooms, and there is no path on a disk that a name could lead to.
"""
