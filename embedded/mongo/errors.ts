/** MongoDB's error codes that the store can answer with (names and numbers from the server's error_codes list). */
export const codes = {
  InternalError: 1,
  BadValue: 2,
  FailedToParse: 9,
  Unauthorized: 13,
  TypeMismatch: 14,
  Overflow: 15,
  InvalidLength: 16,
  ProtocolError: 17,
  IllegalOperation: 20,
  EmptyArrayOperation: 21,
  InvalidBSON: 22,
  NamespaceNotFound: 26,
  IndexNotFound: 27,
  PathNotViable: 28,
  NonExistentPath: 29,
  CannotCreateIndex: 67,
  IndexAlreadyExists: 68,
  CommandNotFound: 59,
  ImmutableField: 66,
  CannotIndexParallelArrays: 171,
  InvalidIdField: 53,
  NotSingleValueField: 54,
  InvalidOptions: 72,
  InvalidNamespace: 73,
  NamespaceExists: 48,
  MaxTimeMSExpired: 50,
  CursorNotFound: 43,
  ConflictingUpdateOperators: 40,
  DollarPrefixedFieldName: 52,
  EmptyFieldName: 56,
  DottedFieldName: 57,
  IndexOptionsConflict: 85,
  IndexKeySpecsConflict: 86,
  NoSuchTransaction: 251,
  InvalidPipelineOperator: 168,
  InvalidIndexSpecificationOption: 197,
  ConversionFailure: 241,
  OperationFailed: 96,
  CommandNotSupportedOnView: 166,
  CommandNotSupported: 115,
  NotImplemented: 238,
  QueryExceededMemoryLimitNoDiskUseAllowed: 292,
  ExceededMemoryLimit: 146,
  Interrupted: 11601,
  DuplicateKey: 11000,
  BSONObjectTooLarge: 10334,
  NoQueryExecutionPlans: 291,
  AuthenticationFailed: 18,
  NotAReplicaSet: 123,
  CommandFailed: 125,
  QueryPlanKilled: 175,
  AmbiguousIndexKeyPattern: 181,
  CursorKilled: 237,
  ClientDisconnect: 279,
  APIVersionError: 322,
  APIStrictError: 323,
  UnsupportedOpQueryCommand: 352,
  InterruptedAtShutdown: 11600,
  CursorInUse: 12051,
  MergeStageNoMatchingDocument: 13113,
  DatabaseDifferCase: 13297,
} as const;

export type CodeName = keyof typeof codes;

/** An error in MongoDB's own words: it reaches the client as `code`, `codeName` and `errmsg`. */
export class MongoError extends Error {
  readonly code: number;
  readonly codeName: string;
  /** Further fields of the answer, such as keyPattern and keyValue of a duplicate key. */
  readonly extra: Record<string, unknown>;

  /** `code` is a name from the table, or a bare number for MongoDB's LocationNNNNN codes. */
  constructor(code: CodeName | number, message: string, extra: Record<string, unknown> = {}) {
    super(message);
    this.name = "MongoError";
    this.code = typeof code === "number" ? code : codes[code];
    this.codeName = typeof code === "number" ? nameOf(code) : code;
    this.extra = extra;
  }
}

/** The same error, saying in what it happened, as MongoDB does for everything that goes wrong while a plan runs. */
export function during(what: string, error: unknown): unknown {
  if (!(error instanceof MongoError)) return error;
  return new MongoError(error.code, `${what} :: caused by :: ${error.message}`, error.extra);
}

function nameOf(code: number): string {
  for (const [name, value] of Object.entries(codes)) if (value === code) return name;
  return `Location${code}`;
}
