//! The writer's half: takes changes one by one and writes their compact form.

use super::change::Parts;
use super::event::{self, Field};
use super::stream::{put_length, put_number, put_sized, zigzag};
use super::{LOOK_BACK, Trail, tag};
use crate::flat::FlatMap;
use crate::ids::ChangeHash;
use crate::limits::{COMPACT_FIELDS_MAX, COMPACT_SHAPES_MAX};

/// The streams of the compact form, as they grow.
#[derive(Debug, Default)]
pub(crate) struct Elider {
    tags: Vec<u8>,
    /// Hashes, actors, and whatever stands as it is.
    literals: Vec<u8>,
    shapes: Vec<Shape>,
    /// Shapes by their definition.
    defined: FlatMap<Vec<u8>, usize>,
    definition: Vec<u8>,
    columns: event::Columns,
    rest: Vec<u8>,
    joined: Vec<u8>,
}

/// Events of the same map and fields, and their values by field.
#[derive(Debug)]
struct Shape {
    definition: Vec<u8>,
    columns: Vec<Column>,
}

#[derive(Debug, Clone, Default)]
struct Column {
    bytes: Vec<u8>,
    last: i64,
}

impl Elider {
    /// Whether nothing was written.
    pub(crate) fn is_empty(&self) -> bool {
        self.tags.is_empty()
    }

    /// Says how many changes, or what else the reader expects, come next.
    pub(crate) fn count(&mut self, count: usize) {
        put_length(&mut self.tags, count);
    }

    /// Says a yes or a no.
    pub(crate) fn flag(&mut self, flag: bool) {
        self.tags.push(u8::from(flag));
    }

    /// Writes the hash of a change that the reader has.
    pub(crate) fn known(&mut self, trail: &mut Trail, hash: ChangeHash) {
        self.tags.push(tag::KNOWN);
        self.hash(trail, &hash.0);
        trail.hashes.push(hash);
    }

    /// Writes a change and gives its hash, if it is one. `actor` is the writer that is expected, and then the change's.
    pub(crate) fn change(
        &mut self,
        trail: &mut Trail,
        actor: &mut Vec<u8>,
        chunk: &[u8],
    ) -> Option<ChangeHash> {
        let joined = Parts::of(chunk).map(|parts| (parts, parts.join(&mut self.joined)));
        let Some((parts, hash)) = joined.filter(|_| self.joined == chunk) else {
            self.tags.push(tag::RAW);
            put_length(&mut self.tags, chunk.len());
            self.literals.extend_from_slice(chunk);
            return None;
        };
        let mut fields = Vec::with_capacity(8);
        let shape = self.event(&parts, &mut fields);
        let form = if shape.is_some() { tag::EVENT } else { tag::PLAIN };
        let flag = |is_other: bool, flag: u8| if is_other { flag } else { 0 };
        let next_seq = trail.next_seq(parts.actor);
        let flags = form
            | flag(parts.deps != trail.last_hash(), tag::DEPS)
            | flag(parts.actor != actor.as_slice(), tag::ACTOR)
            | flag(parts.seq != next_seq, tag::SEQ)
            | flag(parts.start_op != trail.next_op, tag::START_OP);
        self.tags.push(flags);
        if flags & tag::DEPS != 0 {
            put_length(&mut self.tags, parts.deps.len() / 32);
            parts.deps.chunks_exact(32).for_each(|dep| self.hash(trail, dep));
        }
        if flags & tag::ACTOR != 0 {
            put_length(&mut self.tags, parts.actor.len());
            self.literals.extend_from_slice(parts.actor);
            parts.actor.clone_into(actor);
        }
        if flags & tag::SEQ != 0 {
            put_number(&mut self.tags, parts.seq);
        }
        if flags & tag::START_OP != 0 {
            put_number(&mut self.tags, parts.start_op);
        }
        match shape {
            Some(shape) => self.values(shape, &fields, parts.deps),
            None => {
                put_length(&mut self.tags, parts.rest.len());
                self.literals.extend_from_slice(parts.rest);
            }
        }
        trail.went(hash, &parts, shape.map(|_| fields.len() as u64 + 1));
        Some(hash)
    }

    /// A hash as its distance back among the document's, or as 0 and itself.
    fn hash(&mut self, trail: &Trail, hash: &[u8]) {
        let back = trail.hashes.iter().rev().take(LOOK_BACK).position(|known| known.0 == hash);
        put_length(&mut self.tags, back.map_or(0, |back| back + 1));
        if back.is_none() {
            self.literals.extend_from_slice(hash);
        }
    }

    /// The shape of a change that is an event and comes together again from its values.
    fn event<'a>(&mut self, parts: &Parts<'a>, fields: &mut Vec<Field<'a>>) -> Option<usize> {
        let key = event::own_key(parts.actor, parts.seq)?;
        let map = event::read(parts.rest, fields, COMPACT_FIELDS_MAX)?;
        self.columns.write(&mut self.rest, (map, &key, parts.start_op), fields.iter().copied());
        let is_int_plain =
            |field: &Field<'_>| field.kind != event::TYPE_INT || event::plain_int(field.value).is_some();
        if self.rest != parts.rest || !fields.iter().all(is_int_plain) {
            return None;
        }
        self.definition.clear();
        put_number(&mut self.definition, map);
        put_length(&mut self.definition, fields.len());
        for field in fields.iter() {
            self.definition.push(field.kind);
            put_sized(&mut self.definition, field.name);
        }
        if let Some(shape) = self.defined.get(&self.definition) {
            return Some(*shape);
        }
        if self.shapes.len() == COMPACT_SHAPES_MAX {
            return None;
        }
        let columns = vec![Column::default(); fields.len()];
        self.shapes.push(Shape { definition: self.definition.clone(), columns });
        self.defined.insert(self.definition.clone(), self.shapes.len() - 1);
        Some(self.shapes.len() - 1)
    }

    fn values(&mut self, shape: usize, fields: &[Field<'_>], deps: &[u8]) {
        put_length(&mut self.tags, shape);
        for (column, field) in self.shapes[shape].columns.iter_mut().zip(fields) {
            match (field.kind, event::plain_int(field.value)) {
                (event::TYPE_INT, Some(value)) => {
                    put_number(&mut column.bytes, zigzag(value.wrapping_sub(column.last)));
                    column.last = value;
                }
                (event::TYPE_BYTES, _) if field.value == deps => column.bytes.push(0),
                (event::TYPE_BYTES, _) => {
                    put_length(&mut column.bytes, field.value.len() + 1);
                    column.bytes.extend_from_slice(field.value);
                }
                _ => put_sized(&mut column.bytes, field.value),
            }
        }
    }

    /// The compact form.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut out = Vec::with_capacity(self.tags.len() + self.literals.len() + 64);
        put_length(&mut out, self.shapes.len());
        for shape in &self.shapes {
            out.extend_from_slice(&shape.definition);
            shape.columns.iter().for_each(|column| put_sized(&mut out, &column.bytes));
        }
        put_sized(&mut out, &self.literals);
        out.extend_from_slice(&self.tags);
        out
    }
}
