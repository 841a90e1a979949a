//! The store on SQLite, embedded: one writing connection, a few readers beside it, WAL, synchronous FULL (a commit is
//! on disk before it returns). The schema is in `migrations`, numbered like every other store's.
