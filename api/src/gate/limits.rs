//! How much one request may ask for. To add a limit: a field here with its meaning and unit, its
//! default, and one check in `extent.rs` (of the document) or `cost.rs` (of the operation).

/// What a request may weigh before it is refused. The defaults are those promised to callers in
/// the documentation of the API; each bounds both our work and that of the executor after us.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of an HTTP body (256 KiB).
    pub body: usize,
    /// Lexical tokens of a document, the white space between them counted too (5,000).
    pub tokens: usize,
    /// Brackets and braces the parser follows into each other before it gives up (64).
    pub recursion: usize,
    /// Fields within fields, from the root (12). Introspection has a bound of its own.
    pub depth: usize,
    /// Fields within fields below `__schema` and `__type` (20). The standard introspection query
    /// needs 15: a list of non-null lists of non-null is several `ofType` steps long.
    pub introspection_depth: usize,
    /// Lists of fields, interfaces or types within each other below `__schema` and `__type` (2).
    /// Types lead to fields and those to types again, and each step multiplies.
    pub introspection_lists: usize,
    /// Selection sets within selection sets, those of fragments counted where they are spread
    /// (30). The executor goes this deep into its own stack; its own limit is 32.
    pub nesting: usize,
    /// Lists and objects within each other in one argument or variable (32).
    pub value_depth: usize,
    /// Selections of the whole document with every fragment written out wherever it is spread
    /// (3,000): what validation and execution really walk.
    pub selections: u64,
    /// Bytes of an alias and of the name of an operation, fragment or variable (128). The answer
    /// repeats an alias for every item of a list.
    pub name: usize,
    /// Aliases of one operation, fragments written out (30).
    pub aliases: u64,
    /// Fields at the root of one operation, fragments written out (20).
    pub root_fields: u64,
    /// Directives of one operation, fragments written out (50).
    pub directives: u64,
    /// Cost of one operation (1,000); the unit is one record read.
    pub cost: u64,
    /// Comparisons in the arguments of one field (40). Each binds values, those of what guards the
    /// column too, and a database takes only so many in one statement (`SQLite` 32,766).
    pub comparisons: u64,
    /// Fields that an explanation tells (300).
    pub explained: usize,
    /// Records a connection is taken to have when neither `first` nor `last` says so (25). The
    /// connections must give no more than this by default.
    pub default_page: u64,
    /// Errors in one answer (20).
    pub errors: usize,
    /// Bytes the cache of admitted documents may take, estimated from their tokens (32 MiB).
    pub cache: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            body: 256 * 1024,
            tokens: 5_000,
            recursion: 64,
            depth: 12,
            introspection_depth: 20,
            introspection_lists: 2,
            nesting: 30,
            value_depth: 32,
            selections: 3_000,
            name: 128,
            aliases: 30,
            root_fields: 20,
            directives: 50,
            cost: 1_000,
            comparisons: 40,
            explained: 300,
            default_page: 25,
            errors: 20,
            cache: 32 * 1024 * 1024,
        }
    }
}
