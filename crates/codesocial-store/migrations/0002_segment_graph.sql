-- Finds the changes of one graph again, for its history. The key is worked out of the segment's own
-- bytes, and of older segments when the journal is opened for writing.
ALTER TABLE segment ADD COLUMN graph INTEGER;
CREATE INDEX segment_graph ON segment (graph);
