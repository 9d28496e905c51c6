import { describe, expect, it } from "@jest/globals";
import { Decimal128, Double, Long } from "bson";
import { MongoError } from "../errors.js";
import { compileDensify } from "../aggregate/windows/densify.js";
import { compileFill } from "../aggregate/windows/fill.js";
import { compileSetWindowFields } from "../aggregate/windows/stage.js";
import { toDouble } from "../values/numbers.js";
import type { Doc, Value } from "../types.js";

const context = { now: new Date("2024-03-01T00:00:00Z") };

function windows(docs: Doc[], spec: Doc): Doc[] {
  return [...compileSetWindowFields(spec, context)(docs)];
}

/** The values of one output field, in the order of the answer. */
function outputs(docs: Doc[], spec: Doc): Value[] {
  return windows(docs, spec).map((doc) => doc.out);
}

function codeOf(action: () => unknown): number | undefined {
  try {
    action();
  } catch (error) {
    if (error instanceof MongoError) return error.code;
    throw error;
  }
  return undefined;
}

function dbl(...values: number[]): Double[] {
  return values.map((value) => new Double(value));
}

// The cake sales of the manual's page on $setWindowFields.
const sales: Doc[] = [
  { _id: 0, type: "chocolate", orderDate: new Date("2020-05-18T14:10:30Z"), state: "CA", quantity: 120 },
  { _id: 1, type: "chocolate", orderDate: new Date("2021-03-20T11:30:05Z"), state: "WA", quantity: 140 },
  { _id: 2, type: "vanilla", orderDate: new Date("2021-01-11T06:31:15Z"), state: "CA", quantity: 145 },
  { _id: 3, type: "vanilla", orderDate: new Date("2020-02-08T13:13:23Z"), state: "WA", quantity: 104 },
  { _id: 4, type: "strawberry", orderDate: new Date("2019-05-18T16:09:01Z"), state: "CA", quantity: 162 },
  { _id: 5, type: "strawberry", orderDate: new Date("2019-01-08T06:12:03Z"), state: "WA", quantity: 134 },
];

describe("$setWindowFields, as the manual shows it", () => {
  it("sums from the start of each partition to the current document", () => {
    const answer = windows(sales, {
      partitionBy: "$state",
      sortBy: { orderDate: 1 },
      output: { cumulative: { $sum: "$quantity", window: { documents: ["unbounded", "current"] } } },
    });
    expect(answer.map((doc) => [doc._id, doc.cumulative])).toEqual([
      [4, 162],
      [0, 282],
      [2, 427],
      [5, 134],
      [3, 238],
      [1, 378],
    ]);
  });

  it("averages the neighbours by position, and takes the whole partition without bounds", () => {
    const answer = windows(sales, {
      partitionBy: { $year: "$orderDate" },
      sortBy: { orderDate: 1 },
      output: {
        average: { $avg: "$quantity", window: { documents: [-1, 0] } },
        maximum: { $max: "$quantity", window: { documents: ["unbounded", "unbounded"] } },
        count: { $count: {} },
      },
    });
    expect(answer.map((doc) => [doc._id, doc.average, doc.maximum, doc.count])).toEqual([
      [5, new Double(134), 162, 2],
      [4, new Double(148), 162, 2],
      [3, new Double(104), 120, 2],
      [0, new Double(112), 120, 2],
      [2, new Double(145), 145, 2],
      [1, 142.5, 145, 2],
    ]);
  });

  it("takes neighbours by the distance of dates", () => {
    const answer = windows(sales, {
      partitionBy: "$state",
      sortBy: { orderDate: 1 },
      output: { recent: { $push: "$_id", window: { range: ["unbounded", 10], unit: "month" } } },
    });
    expect(answer.map((doc) => [doc._id, doc.recent])).toEqual([
      [4, [4]],
      [0, [4, 0, 2]],
      [2, [4, 0, 2]],
      [5, [5]],
      [3, [5, 3]],
      [1, [5, 3, 1]],
    ]);
  });

  it("takes neighbours by the distance of numbers, peers included", () => {
    const docs = [1, 2, 2, 4, 7].map((x) => ({ x }));
    const spec = (range: Value[]): Doc => ({
      sortBy: { x: 1 },
      output: { out: { $push: "$x", window: { range } } },
    });
    expect(outputs(docs, spec([-1, 0]))).toEqual([[1], [1, 2, 2], [1, 2, 2], [4], [7]]);
    expect(outputs(docs, spec(["current", "current"]))).toEqual([[1], [2, 2], [2, 2], [4], [7]]);
    expect(outputs(docs, spec([1, 3]))).toEqual([[2, 2, 4], [4], [4], [7], []]);
  });

  it("sets fields in place, at paths, and leaves the given documents alone", () => {
    const doc = { a: 1, sum: "old", b: { c: 1 } };
    const [answer] = windows([doc], { output: { sum: { $sum: "$a" }, "b.n": { $count: {} } } });
    expect(JSON.stringify(answer)).toBe('{"a":1,"sum":1,"b":{"c":1,"n":1}}');
    expect(doc.sum).toBe("old");
  });

  it("treats a missing partition key as null", () => {
    const answer = windows([{ _id: 1 }, { _id: 2, k: null }, { _id: 3, k: 1 }], {
      partitionBy: "$k",
      output: { n: { $count: {} } },
    });
    expect(answer.map((doc) => doc.n)).toEqual([2, 2, 1]);
  });
});

describe("ranks and neighbours", () => {
  const docs = [{ q: 10 }, { q: 20 }, { q: 20 }, { q: 30 }];

  it.each<[string, Doc, Value[]]>([
    ["$rank", { $rank: {} }, [1, 2, 2, 4]],
    ["$denseRank", { $denseRank: {} }, [1, 2, 2, 3]],
    ["$documentNumber", { $documentNumber: {} }, [1, 2, 3, 4]],
    ["$shift forward", { $shift: { output: "$q", by: 1 } }, [20, 20, 30, null]],
    ["$shift backward with a default", { $shift: { output: "$q", by: -1, default: "none" } }, ["none", 10, 20, 20]],
    ["$first", { $first: "$q", window: { documents: [-1, 1] } }, [10, 10, 20, 20]],
    ["$last", { $last: "$q", window: { documents: [-1, 1] } }, [20, 20, 30, 30]],
    ["$min of an empty window", { $min: "$q", window: { documents: [-2, -1] } }, [null, 10, 10, 20]],
    [
      "$addToSet",
      { $addToSet: "$q", window: { documents: ["unbounded", "current"] } },
      [[10], [10, 20], [10, 20], [10, 20, 30]],
    ],
    ["$topN", { $topN: { n: 2, output: "$q", sortBy: { q: -1 } } }, Array(4).fill([30, 20])],
    ["$bottom", { $bottom: { output: "$q", sortBy: { q: -1 } } }, Array(4).fill(10)],
    ["$stdDevPop", { $stdDevPop: "$q", window: { documents: [0, 1] } }, [...dbl(5, 0, 5, 0)]],
  ])("%s", (_, output, expected) => {
    expect(outputs(docs, { sortBy: { q: 1 }, output: { out: output } })).toEqual(expected);
  });
});

describe("curves", () => {
  const truck = [
    { t: new Date("2020-05-18T14:10:30Z"), miles: 1295.1 },
    { t: new Date("2020-05-18T14:11:00Z"), miles: 1295.63 },
    { t: new Date("2020-05-18T14:11:30Z"), miles: 1296.25 },
    { t: new Date("2020-05-18T14:12:00Z"), miles: 1296.76 },
  ];

  it("$derivative is the slope between the ends of the window, by time", () => {
    const speeds = outputs(truck, {
      sortBy: { t: 1 },
      output: { out: { $derivative: { input: "$miles", unit: "hour" }, window: { range: [-30, 0], unit: "second" } } },
    });
    expect(speeds[0]).toBeNull();
    expect(toDouble(speeds[1])).toBeCloseTo(63.6, 6);
    expect(toDouble(speeds[2])).toBeCloseTo(74.4, 6);
    expect(toDouble(speeds[3])).toBeCloseTo(61.2, 6);
  });

  it("$integral is the area under the points", () => {
    const docs = [0, 1, 2].map((x) => ({ x, y: x * 2 }));
    const spec = {
      sortBy: { x: 1 },
      output: { out: { $integral: { input: "$y" }, window: { documents: ["unbounded", "current"] } } },
    };
    expect(outputs(docs, spec)).toEqual([0, new Double(1), new Double(4)]);
  });

  it("$expMovingAvg by N and by alpha", () => {
    const prices = [13, 15.4, 12, 11.7].map((price, x) => ({ x, price }));
    const byCount = outputs(prices, {
      sortBy: { x: 1 },
      output: { out: { $expMovingAvg: { input: "$price", N: 2 } } },
    });
    expect(byCount.map(toDouble)).toEqual(
      [13, 14.6, 12.866666666666667, 12.088888888888889].map((value) => expect.closeTo(value, 9)),
    );
    const byAlpha = outputs(prices, {
      sortBy: { x: 1 },
      output: { out: { $expMovingAvg: { input: "$price", alpha: 0.75 } } },
    });
    expect(toDouble(byAlpha[1])).toBeCloseTo(14.8, 9);
  });

  it("covariance of pairs", () => {
    const docs = [1, 2, 3].map((x) => ({ x, y: x * 2 }));
    const of = (name: string): Value =>
      outputs(docs, { sortBy: { x: 1 }, output: { out: { [name]: ["$x", "$y"] } } })[0];
    expect(toDouble(of("$covariancePop"))).toBeCloseTo(4 / 3, 12);
    expect(of("$covarianceSamp")).toEqual(new Double(2));
  });

  it("$linearFill and $locf", () => {
    const docs = [null, 500, null, null, 530, null].map((y, x) => ({ x, y }));
    const spec = (operator: string): Doc => ({ sortBy: { x: 1 }, output: { out: { [operator]: "$y" } } });
    expect(outputs(docs, spec("$linearFill"))).toEqual([null, 500, ...dbl(510, 520), 530, null]);
    expect(outputs(docs, spec("$locf"))).toEqual([null, 500, 500, 500, 530, 530]);
  });

  it("keeps Decimal128", () => {
    const docs = [1, 2].map((x) => ({ x, y: Decimal128.fromString(`${x}.10`) }));
    const [, second] = outputs(docs, {
      sortBy: { x: 1 },
      output: { out: { $sum: "$y", window: { documents: ["unbounded", "current"] } } },
    });
    expect(String(second)).toBe("3.20");
  });
});

describe("$setWindowFields refuses", () => {
  const output = (spec: Doc): Doc => ({ output: { out: spec } });

  it.each<[number, Doc]>([
    [40415, { sort: { a: 1 }, output: {} }],
    [40414, { sortBy: { a: 1 } }],
    [9, output({ $nothing: "$a" })],
    [9, output({ $sum: "$a", window: { documents: ["unbounded"] } })],
    [9, output({ $sum: "$a", window: { documents: [0, 0], range: [0, 0] } })],
    [9, output({ $sum: "$a", window: { docs: [0, 0] } })],
    [9, { sortBy: { a: 1 }, ...output({ $sum: "$a", window: { documents: [0.5, 1] } }) }],
    [5339901, output({ $sum: "$a", window: { documents: [-1, 0] } })],
    [5339900, { sortBy: { a: 1 }, ...output({ $sum: "$a", window: { documents: [1, 0] } }) }],
    [5339902, { sortBy: { a: 1, b: 1 }, ...output({ $sum: "$a", window: { range: [-1, 0] } }) }],
    [5371602, output({ $rank: {} })],
    [5371603, { sortBy: { a: 1 }, ...output({ $rank: { a: 1 } }) }],
    [40237, output({ $sum: ["$a", "$b"] })],
  ])("%d", (code, spec) => {
    expect(codeOf(() => windows([{ a: 1 }], spec))).toBe(code);
  });

  it("sort values of the wrong type for a range", () => {
    const spec = { sortBy: { a: 1 }, ...output({ $sum: 1, window: { range: [-1, 0] } }) };
    expect(codeOf(() => windows([{ a: "x" }], spec))).toBe(5429414);
    expect(codeOf(() => windows([{ a: new Date(0) }], spec))).toBe(5429413);
  });

  it("repeated sort values in $linearFill", () => {
    const spec = { sortBy: { a: 1 }, ...output({ $linearFill: "$b" }) };
    expect(codeOf(() => windows([{ a: 1 }, { a: 1 }], spec))).toBe(6050106);
  });
});

describe("$densify", () => {
  function densify(docs: Doc[], spec: Doc): Doc[] {
    return [...compileDensify(spec, context)(docs)];
  }

  it("fills hours between dates", () => {
    const at = (hour: number): Date => new Date(Date.UTC(2021, 4, 18, hour));
    const answer = densify(
      [
        { t: at(0), n: 12 },
        { t: at(4), n: 11 },
        { t: at(8), n: 11 },
      ],
      {
        field: "t",
        range: { step: 1, unit: "hour", bounds: [at(0), at(8)] },
      },
    );
    expect(answer).toEqual([
      { t: at(0), n: 12 },
      ...[1, 2, 3].map((hour) => ({ t: at(hour) })),
      { t: at(4), n: 11 },
      ...[5, 6, 7].map((hour) => ({ t: at(hour) })),
      { t: at(8), n: 11 },
    ]);
  });

  const coffee = [
    { v: "Typica", altitude: 600 },
    { v: "Typica", altitude: 750 },
    { v: "Typica", altitude: 950 },
    { v: "Gesha", altitude: 1250 },
    { v: "Gesha", altitude: 1700 },
  ];
  const altitudes = (docs: Doc[], v: string): Value[] => docs.filter((doc) => doc.v === v).map((doc) => doc.altitude);

  it("fills every partition over the full range", () => {
    const answer = densify(coffee, {
      field: "altitude",
      partitionByFields: ["v"],
      range: { bounds: "full", step: 200 },
    });
    expect(altitudes(answer, "Typica")).toEqual([600, 750, 800, 950, 1000, 1200, 1400, 1600]);
    expect(altitudes(answer, "Gesha")).toEqual([600, 800, 1000, 1200, 1250, 1400, 1600, 1700]);
  });

  it("fills each partition over its own range", () => {
    const answer = densify(coffee, {
      field: "altitude",
      partitionByFields: ["v"],
      range: { bounds: "partition", step: 200 },
    });
    expect(altitudes(answer, "Typica")).toEqual([600, 750, 800, 950]);
    expect(altitudes(answer, "Gesha")).toEqual([1250, 1450, 1650, 1700]);
  });

  it("fills up to, not including, an upper bound, keeps documents outside and passes over missing values", () => {
    const answer = densify([{ x: 5 }, { y: 1 }, { x: -3 }, { x: 1 }], {
      field: "x",
      range: { step: 1, bounds: [0, 3] },
    });
    expect(answer).toEqual([{ y: 1 }, { x: -3 }, { x: 0 }, { x: 1 }, { x: 2 }, { x: 5 }]);
  });

  it("steps in the type of the numbers", () => {
    expect(
      densify([{ x: Long.fromNumber(1) }, { x: Long.fromNumber(3) }], {
        field: "x",
        range: { step: 1, bounds: "full" },
      })[1],
    ).toEqual({
      x: Long.fromNumber(2),
    });
  });

  it("steps whole months from the first date", () => {
    const answer = densify([{ t: new Date("2021-01-31T00:00:00Z") }, { t: new Date("2021-04-01T00:00:00Z") }], {
      field: "t",
      range: { step: 1, unit: "month", bounds: "full" },
    });
    expect(answer.map((doc) => (doc.t as Date).toISOString().slice(0, 10))).toEqual([
      "2021-01-31",
      "2021-02-28",
      "2021-03-31",
      "2021-04-01",
    ]);
  });

  it.each<[number, Doc]>([
    [40414, { field: "x" }],
    [40415, { field: "x", range: { step: 1, bounds: "full" }, other: 1 }],
    [5733401, { field: "x", range: { step: 0, bounds: "full" } }],
    [5733402, { field: "x", range: { step: 1, bounds: [3, 1] } }],
    [5733403, { field: "x", range: { step: 1, bounds: [3] } }],
    [5733408, { field: "x", range: { step: 1, bounds: "partition" } }],
    [5946802, { field: "x", range: { step: 1, bounds: "all" } }],
    [5733201, { field: "s", range: { step: 1, bounds: "full" } }],
  ])("refuses with %d", (code, spec) => {
    expect(codeOf(() => densify([{ x: 1, s: "text" }], spec))).toBe(code);
  });
});

describe("$fill", () => {
  function fill(docs: Doc[], spec: Doc): Doc[] {
    return [...compileFill(spec, context)(docs)];
  }

  it("puts values in the place of null and missing", () => {
    const answer = fill([{ a: 1 }, { a: null }, {}], { output: { a: { value: { $add: [1, 1] } } } });
    expect(answer).toEqual([{ a: 1 }, { a: 2 }, { a: 2 }]);
  });

  it("carries on and interpolates within partitions", () => {
    const docs = [
      { p: "a", x: 1, y: 10, z: 1 },
      { p: "a", x: 2, y: null, z: null },
      { p: "a", x: 3, y: 20, z: 3 },
      { p: "b", x: 1, y: null, z: null },
    ];
    const spec = { sortBy: { x: 1 }, output: { y: { method: "linear" }, z: { method: "locf" }, w: { value: 0 } } };
    const expected = [
      { p: "a", x: 1, y: 10, z: 1, w: 0 },
      { p: "a", x: 2, y: new Double(15), z: 1, w: 0 },
      { p: "a", x: 3, y: 20, z: 3, w: 0 },
      { p: "b", x: 1, y: null, z: null, w: 0 },
    ];
    expect(fill(docs, { ...spec, partitionBy: "$p" })).toEqual(expected);
    expect(fill(docs, { ...spec, partitionByFields: ["p"] })).toEqual(expected);
  });

  it.each<[number, Doc]>([
    [40414, { sortBy: { x: 1 } }],
    [40415, { output: { a: { value: 1 } }, sort: { x: 1 } }],
    [6050200, { output: { a: { value: 1, method: "locf" } } }],
    [6050202, { output: { a: { method: "quadratic" } } }],
    [6050204, { partitionBy: "$a", partitionByFields: ["a"], output: { a: { value: 1 } } }],
  ])("refuses with %d", (code, spec) => {
    expect(codeOf(() => fill([{ x: 1 }], spec))).toBe(code);
  });
});
