"""Lists: a municipality asks with an encrypted workbook, the answer comes back as one."""
