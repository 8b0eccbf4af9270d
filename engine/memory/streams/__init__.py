"""Messages that keep coming: many sessions at once, each message kept before it is acknowledged.

What an acknowledgement means: `StreamSession.add` gives a `Receipt` once the message stands in the database, in a
transaction that was committed, and flushed to the disk where `store.synchronous` is FULL. It is found by its words from
that moment on, also after the process was killed. Its vector follows in the background; a start goes on with those that
are missing. A message that was only `put` is not acknowledged until `flush` returns.
"""
