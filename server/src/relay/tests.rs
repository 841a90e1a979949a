//! The writer and admission together, over a real store.
