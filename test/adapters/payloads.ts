import fc from "fast-check";

/** Values that programs stumble over. */
const awkward: readonly unknown[] = [
  null,
  true,
  "",
  " ",
  "\u0000",
  "\ud800",
  "\u202etxt.exe",
  "__proto__",
  "9007199254740993",
  "2100-01-01",
  0,
  -1,
  1.5,
  2 ** 53,
  1e300,
  4_102_444_800,
  [],
  {},
  [[]],
  [null],
  { id: {} },
  { toString: 1 },
];

/** Any JSON, with keys that are special in JavaScript among the others. */
export function jsonValue(): fc.Arbitrary<unknown> {
  const key = fc.oneof(fc.string(), fc.constantFrom("__proto__", "constructor", "update_id", "message", "chat", "id"));
  const { value } = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      fc.constantFrom(...awkward),
      fc.string({ unit: "binary" }),
      fc.double(),
      fc.array(tie("value"), { maxLength: 4 }),
      fc.dictionary(key, tie("value"), { maxKeys: 5 }),
    ),
  }));
  return value;
}

/** One of the payloads with up to three of its parts removed or replaced by something else. */
export function changed(payloads: readonly unknown[]): fc.Arbitrary<unknown> {
  const change = fc.record({ at: fc.nat(), value: fc.option(jsonValue(), { nil: undefined }) });
  return fc
    .tuple(fc.constantFrom(...payloads), fc.array(change, { minLength: 1, maxLength: 3 }))
    .map(([payload, changes]) => changes.reduce(apply, payload));
}

function apply(payload: unknown, { at, value }: { at: number; value: unknown }): unknown {
  const paths = pathsOf(payload);
  const path = paths[at % Math.max(paths.length, 1)];
  return path === undefined ? payload : replaced(payload, path, value);
}

function pathsOf(value: unknown, here: readonly string[] = []): string[][] {
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) => [[...here, key], ...pathsOf(part, [...here, key])]);
}

/** A copy in which the part at the path is another one, or is gone when it is undefined. */
function replaced(value: unknown, [key, ...rest]: readonly string[], part: unknown): unknown {
  if (key === undefined) return part;
  const put = (old: unknown) => (rest.length === 0 ? part : replaced(old, rest, part));
  if (Array.isArray(value)) return value.map((item: unknown, index) => (String(index) === key ? put(item) : item));
  const entries = Object.entries(value as object).map(([name, item]): [string, unknown] => [
    name,
    name === key ? put(item) : item,
  ]);
  return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
}
