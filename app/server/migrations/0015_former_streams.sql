-- What 0014 has copied. In a file of its own: it locks the activities, and here nobody waits for longer than a moment.
drop table activity_stream_former;
