-- Rows tell when each line was answered, and how many things wait for a second person. They are derived: they are dropped, and
-- the documents are read anew.
DELETE FROM rows;
DELETE FROM projected;
