"""The SFTP door: keys only, a room per party with `in` and `out`, a receipt beside each file.

The room is made of rows, not of files on a disk: no link can lead out of it, no name is a path of this machine, and
every process on every machine shows the same room. An upload is in memory until it is complete (at most 32 MiB), is
sealed with age and then written: on disk it is never plain.
"""
