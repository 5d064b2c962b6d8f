-- Apart from 0017, which locks the table: nobody waits for this look.
alter table upload_file validate constraint upload_file_pending_has_content;
