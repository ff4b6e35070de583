"""Whatever Sluis sends is a row with a state, retried until it arrives and never doubled.

Queue in your own transaction (`actions.queue_delivery`): the delivery exists when your change exists. A worker
(`worker.deliver_due`) takes the rows that are due and gives each to its channel, which the edge supplies.

What is promised: at least one attempt after the commit, retried for days; one row per key; at most one worker at a
time on a row. A worker that dies between sending and marking makes the row go out a second time, under the same
identity (`Delivery.message_id`), so that the receiver can drop the double. No protocol of this kind can promise more.
"""
