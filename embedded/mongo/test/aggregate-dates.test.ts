import { describe, expect, it } from "@jest/globals";
import { Double, Long, ObjectId, Timestamp } from "bson";
import { compileExpression } from "../aggregate/expression.js";
import { MongoError } from "../errors.js";
import type { Doc, Value } from "../types.js";

const context = { now: new Date("2024-03-01T00:00:00Z") };

function evaluate(expression: Value, doc: Doc = {}): Value {
  return compileExpression(expression, context)(doc);
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

function utc(text: string): Date {
  return new Date(text);
}

// The example document of the manual's page on each of these operators.
const example = utc("2014-01-01T08:15:39.736Z");

describe("parts of a date", () => {
  it.each<[string, Value]>([
    ["$year", 2014],
    ["$month", 1],
    ["$dayOfMonth", 1],
    ["$hour", 8],
    ["$minute", 15],
    ["$second", 39],
    ["$millisecond", 736],
    ["$dayOfYear", 1],
    ["$dayOfWeek", 4],
    ["$week", 0],
    ["$isoWeek", 1],
    ["$isoDayOfWeek", 3],
    ["$isoWeekYear", Long.fromNumber(2014)],
  ])("%s", (operator, expected) => {
    expect(evaluate({ [operator]: "$d" }, { d: example })).toEqual(expected);
    expect(evaluate({ [operator]: ["$d"] }, { d: example })).toEqual(expected);
    expect(evaluate({ [operator]: { date: "$d" } }, { d: example })).toEqual(expected);
    expect(evaluate({ [operator]: "$missing" })).toBeNull();
    expect(evaluate({ [operator]: { date: "$d", timezone: null } }, { d: example })).toBeNull();
  });

  it.each<[string, Value, Value]>([
    ["Olson name in summer", { $hour: { date: utc("2017-07-01T12:00:00Z"), timezone: "America/New_York" } }, 8],
    ["Olson name in winter", { $hour: { date: utc("2017-12-01T12:00:00Z"), timezone: "America/New_York" } }, 7],
    [
      "zone with quarters of an hour",
      { $minute: { date: utc("2017-12-01T12:00:00Z"), timezone: "Asia/Kathmandu" } },
      45,
    ],
    ["offset with a colon", { $dayOfMonth: { date: utc("2016-01-01T01:00:00Z"), timezone: "-02:00" } }, 31],
    ["offset without a colon", { $year: { date: utc("2016-01-01T01:00:00Z"), timezone: "-0200" } }, 2015],
    ["offset of hours", { $hour: { date: utc("2016-01-01T01:00:00Z"), timezone: "+03" } }, 4],
    ["before 1970", { $dayOfWeek: utc("1911-05-23T00:00:00Z") }, 3],
    ["ISO year that differs", { $isoWeek: utc("2016-01-01T00:00:00Z") }, 53],
    ["first Sunday begins week 1", { $week: utc("2016-01-03T00:00:00Z") }, 1],
    ["ObjectId", { $year: new ObjectId("507f1f77bcf86cd799439011") }, 2012],
    ["timestamp", { $year: new Timestamp({ t: 1412180887, i: 1 }) }, 2014],
  ])("%s", (_, expression, expected) => {
    expect(evaluate(expression)).toEqual(expected);
  });

  it.each<[number, Value]>([
    [16006, { $year: "2014-01-01" }],
    [40485, { $year: { date: example, timezone: "Nowhere/Land" } }],
    [40517, { $year: { date: example, timezone: 5 } }],
    [40535, { $year: { date: example, zone: "UTC" } }],
    [40536, { $year: [example, example] }],
    [40539, { $year: {} }],
  ])("refuses with %d", (code, expression) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});

describe("$dateToParts and $dateFromParts", () => {
  const date = utc("2017-01-01T01:29:09.123Z");

  it("takes a date apart as the manual shows", () => {
    expect(evaluate({ $dateToParts: { date } })).toEqual({
      year: 2017,
      month: 1,
      day: 1,
      hour: 1,
      minute: 29,
      second: 9,
      millisecond: 123,
    });
    expect(evaluate({ $dateToParts: { date, iso8601: true } })).toEqual({
      isoWeekYear: 2016,
      isoWeek: 52,
      isoDayOfWeek: 7,
      hour: 1,
      minute: 29,
      second: 9,
      millisecond: 123,
    });
    expect(evaluate({ $dateToParts: { date, timezone: "America/New_York" } })).toMatchObject({ year: 2016, hour: 20 });
  });

  it.each<[string, Doc, string]>([
    ["natural parts", { year: 2017, month: 2, day: 8, hour: 12 }, "2017-02-08T12:00:00Z"],
    ["ISO parts", { isoWeekYear: 2017, isoWeek: 6, isoDayOfWeek: 3, hour: 12 }, "2017-02-08T12:00:00Z"],
    [
      "a time zone",
      { year: 2016, month: 12, day: 31, hour: 23, minute: 46, second: 12, timezone: "America/New_York" },
      "2017-01-01T04:46:12Z",
    ],
    ["a month beyond the year", { year: 2017, month: 14, day: 1, hour: 12 }, "2018-02-01T12:00:00Z"],
    ["month 0", { year: 2017, month: 0, day: 1, hour: 12 }, "2016-12-01T12:00:00Z"],
    ["a negative day", { year: 2017, month: 1, day: -1 }, "2016-12-30T00:00:00Z"],
    ["the first years of the calendar", { year: 1 }, "0001-01-01T00:00:00Z"],
    ["whole doubles", { year: new Double(2020), day: Long.fromNumber(2) }, "2020-01-02T00:00:00Z"],
  ])("puts a date together from %s", (_, parts, expected) => {
    expect(evaluate({ $dateFromParts: parts })).toEqual(utc(expected));
  });

  it("is null when a part is null", () => {
    expect(evaluate({ $dateFromParts: { year: 2017, month: "$missing" } })).toBeNull();
  });

  it.each<[number, Doc]>([
    [40516, { month: 1 }],
    [40489, { year: 2017, isoWeek: 1 }],
    [40525, { isoWeekYear: 2017, month: 1 }],
    [40515, { year: 2017, month: "2" }],
    [40515, { year: 2017.5 }],
    [40523, { year: 0 }],
    [31034, { year: 2017, month: 40000 }],
    [40518, { year: 2017, week: 1 }],
  ])("refuses with %d: %j", (code, parts) => {
    expect(codeOf(() => evaluate({ $dateFromParts: parts }))).toBe(code);
  });
});

describe("$dateToString", () => {
  it.each<[string, Doc, Value]>([
    ["default format", { date: example }, "2014-01-01T08:15:39.736Z"],
    ["default format with a zone", { date: example, timezone: "+01:00" }, "2014-01-01T09:15:39.736"],
    ["default format with GMT", { date: example, timezone: "GMT" }, "2014-01-01T08:15:39.736Z"],
    ["date", { date: example, format: "%Y-%m-%d" }, "2014-01-01"],
    ["zone by name", { date: example, format: "%H:%M:%S:%L%z", timezone: "America/New_York" }, "03:15:39:736-0500"],
    ["zone by offset", { date: example, format: "%H:%M:%S:%L%z", timezone: "+04:30" }, "12:45:39:736+0430"],
    ["offset in minutes", { date: example, format: "%Z", timezone: "+0445" }, "+285"],
    ["days and weeks", { date: example, format: "%j %w %U %V %u %G %%" }, "001 4 00 01 3 2014 %"],
    ["month names", { date: example, format: "%b %B" }, "Jan January"],
    ["null date", { date: null }, null],
    ["onNull", { date: "$missing", onNull: "none" }, "none"],
    ["null format", { date: example, format: null }, null],
  ])("%s", (_, argument, expected) => {
    expect(evaluate({ $dateToString: argument })).toEqual(expected);
  });

  it.each<[number, Doc]>([
    [18628, { format: "%Y" }],
    [18533, { date: example, format: 4 }],
    [18534, { date: example, other: 4 }],
    [18535, { date: example, format: "%Y%" }],
    [18536, { date: example, format: "%Q" }],
    [16006, { date: "2014" }],
  ])("refuses with %d: %j", (code, argument) => {
    expect(codeOf(() => evaluate({ $dateToString: argument }))).toBe(code);
  });
});

describe("$dateFromString", () => {
  it.each<[string, Doc, Value]>([
    ["ISO text", { dateString: "2017-02-08T12:10:40.787" }, utc("2017-02-08T12:10:40.787Z")],
    ["ISO text with Z", { dateString: "2017-02-08T12:10:40.787Z" }, utc("2017-02-08T12:10:40.787Z")],
    ["text with an offset", { dateString: "2017-02-08T12:10:40+0200" }, utc("2017-02-08T10:10:40Z")],
    ["date alone", { dateString: "2017-02-08" }, utc("2017-02-08T00:00:00Z")],
    [
      "zone by name",
      { dateString: "2017-02-08T12:10:40.787", timezone: "America/New_York" },
      utc("2017-02-08T17:10:40.787Z"),
    ],
    ["date alone in a zone", { dateString: "2017-02-08", timezone: "+0100" }, utc("2017-02-07T23:00:00Z")],
    ["format", { dateString: "06-15-2018", format: "%m-%d-%Y" }, utc("2018-06-15T00:00:00Z")],
    ["weeks", { dateString: "2018-06-5", format: "%G-%V-%u" }, utc("2018-02-09T00:00:00Z")],
    ["day of the year", { dateString: "2018 060", format: "%Y %j" }, utc("2018-03-01T00:00:00Z")],
    ["month name", { dateString: "5 March 2018", format: "%d %B %Y" }, utc("2018-03-05T00:00:00Z")],
    [
      "offset in the format",
      { dateString: "2018-01-01 01:00 +0100", format: "%Y-%m-%d %H:%M %z" },
      utc("2018-01-01T00:00:00Z"),
    ],
    ["null", { dateString: null }, null],
    ["onNull", { dateString: "$missing", onNull: 5 }, 5],
    ["onError for bad text", { dateString: "never", onError: "bad" }, "bad"],
    ["onError for no text", { dateString: 5, onError: "bad" }, "bad"],
  ])("%s", (_, argument, expected) => {
    expect(evaluate({ $dateFromString: argument })).toEqual(expected);
  });

  it.each<[number, Doc]>([
    [241, { dateString: "2017-13-01" }],
    [241, { dateString: "2017-02-30" }],
    [241, { dateString: "2017-02-08T12:10:40+0200", timezone: "Europe/Berlin" }],
    [241, { dateString: "31-02-2018", format: "%d-%m-%Y" }],
    [241, { dateString: "2018-06-9", format: "%G-%V-%u" }],
    [18536, { dateString: "2018", format: "%q" }],
    [40542, { format: "%Y" }],
    [40541, { dateString: "2018", zone: "Z" }],
  ])("refuses with %d: %j", (code, argument) => {
    expect(codeOf(() => evaluate({ $dateFromString: argument }))).toBe(code);
  });
});

describe("date arithmetic", () => {
  it.each<[string, Doc, string]>([
    ["days", { startDate: utc("2020-11-30T12:10:05Z"), unit: "day", amount: 3 }, "2020-12-03T12:10:05Z"],
    [
      "the last day of a shorter month",
      { startDate: utc("2021-01-31T00:00:00Z"), unit: "month", amount: 1 },
      "2021-02-28T00:00:00Z",
    ],
    ["quarters", { startDate: utc("2020-11-30T00:00:00Z"), unit: "quarter", amount: 1 }, "2021-02-28T00:00:00Z"],
    ["a leap year", { startDate: utc("2020-02-29T00:00:00Z"), unit: "year", amount: 1 }, "2021-02-28T00:00:00Z"],
    ["weeks", { startDate: utc("2020-12-31T12:10:05Z"), unit: "week", amount: -1 }, "2020-12-24T12:10:05Z"],
    [
      "months backwards over a year",
      { startDate: utc("2020-01-31T00:00:00Z"), unit: "month", amount: -2 },
      "2019-11-30T00:00:00Z",
    ],
    // From the manual: clocks change in New York on 2021-03-14 and 2020-11-01.
    [
      "a local day of 25 hours",
      { startDate: utc("2020-10-31T16:00:00Z"), unit: "day", amount: 1, timezone: "America/New_York" },
      "2020-11-01T17:00:00Z",
    ],
    [
      "24 hours on that day",
      { startDate: utc("2020-10-31T16:00:00Z"), unit: "hour", amount: 24, timezone: "America/New_York" },
      "2020-11-01T16:00:00Z",
    ],
    [
      "a local time that is skipped",
      { startDate: utc("2021-03-13T07:30:00Z"), unit: "day", amount: 1, timezone: "America/New_York" },
      "2021-03-14T07:30:00Z",
    ],
  ])("$dateAdd: %s", (_, argument, expected) => {
    expect(evaluate({ $dateAdd: argument })).toEqual(utc(expected));
  });

  it("$dateSubtract goes the other way", () => {
    const argument = { startDate: utc("2021-03-31T00:00:00Z"), unit: "month", amount: 1 };
    expect(evaluate({ $dateSubtract: argument })).toEqual(utc("2021-02-28T00:00:00Z"));
    expect(evaluate({ $dateSubtract: { ...argument, amount: null } })).toBeNull();
  });

  it.each<[string, Doc, number]>([
    [
      "years by the calendar",
      { startDate: utc("2020-12-31T23:59:59Z"), endDate: utc("2021-01-01T00:00:00Z"), unit: "year" },
      1,
    ],
    [
      "months backwards",
      { startDate: utc("2021-03-01T00:00:00Z"), endDate: utc("2021-01-31T00:00:00Z"), unit: "month" },
      -2,
    ],
    ["quarters", { startDate: utc("2021-03-31T00:00:00Z"), endDate: utc("2021-04-01T00:00:00Z"), unit: "quarter" }, 1],
    [
      "weeks from Sunday",
      { startDate: utc("2021-01-02T00:00:00Z"), endDate: utc("2021-01-03T00:00:00Z"), unit: "week" },
      1,
    ],
    [
      "weeks from Monday",
      {
        startDate: utc("2021-01-02T00:00:00Z"),
        endDate: utc("2021-01-03T00:00:00Z"),
        unit: "week",
        startOfWeek: "monday",
      },
      0,
    ],
    [
      "weeks from Mon",
      {
        startDate: utc("2021-01-03T00:00:00Z"),
        endDate: utc("2021-01-04T00:00:00Z"),
        unit: "week",
        startOfWeek: "Mon",
      },
      1,
    ],
    [
      "days in a zone",
      {
        startDate: utc("2021-01-01T03:00:00Z"),
        endDate: utc("2021-01-01T06:00:00Z"),
        unit: "day",
        timezone: "America/New_York",
      },
      1,
    ],
    [
      "hours over a change of clocks",
      {
        startDate: utc("2021-03-14T06:00:00Z"),
        endDate: utc("2021-03-14T08:00:00Z"),
        unit: "hour",
        timezone: "America/New_York",
      },
      2,
    ],
    [
      "hours by boundaries",
      { startDate: utc("2021-01-01T00:59:00Z"), endDate: utc("2021-01-01T01:01:00Z"), unit: "hour" },
      1,
    ],
    [
      "milliseconds",
      { startDate: utc("2021-01-01T00:00:00Z"), endDate: utc("2021-01-01T00:00:01Z"), unit: "millisecond" },
      1000,
    ],
  ])("$dateDiff: %s", (_, argument, expected) => {
    expect(evaluate({ $dateDiff: argument })).toEqual(Long.fromNumber(expected));
  });

  it.each<[string, Doc, string]>([
    ["days", { unit: "day" }, "2021-03-20T00:00:00Z"],
    ["hours in bins", { unit: "hour", binSize: 2 }, "2021-03-20T10:00:00Z"],
    ["weeks", { unit: "week" }, "2021-03-14T00:00:00Z"],
    ["weeks from Monday", { unit: "week", startOfWeek: "Monday" }, "2021-03-15T00:00:00Z"],
    ["two weeks from Monday", { unit: "week", binSize: 2, startOfWeek: "Monday" }, "2021-03-15T00:00:00Z"],
    [
      "two weeks from Monday in Los Angeles",
      { unit: "week", binSize: 2, timezone: "America/Los_Angeles", startOfWeek: "Monday" },
      "2021-03-15T07:00:00Z",
    ],
    ["months", { unit: "month" }, "2021-03-01T00:00:00Z"],
    ["six months", { unit: "month", binSize: 6 }, "2021-01-01T00:00:00Z"],
    ["quarters", { unit: "quarter" }, "2021-01-01T00:00:00Z"],
    ["ten years", { unit: "year", binSize: 10 }, "2020-01-01T00:00:00Z"],
    ["a local year", { unit: "year", timezone: "Europe/Berlin" }, "2020-12-31T23:00:00Z"],
  ])("$dateTrunc: %s", (_, argument, expected) => {
    expect(evaluate({ $dateTrunc: { date: utc("2021-03-20T11:30:05Z"), ...argument } })).toEqual(utc(expected));
  });

  it("truncates dates before the reference date downwards", () => {
    expect(evaluate({ $dateTrunc: { date: utc("1999-12-31T23:00:00Z"), unit: "day", binSize: 2 } })).toEqual(
      utc("1999-12-30T00:00:00Z"),
    );
  });

  it.each<[number, Value]>([
    [5166402, { $dateAdd: { startDate: example, unit: "day" } }],
    [5166403, { $dateAdd: { startDate: "2020", unit: "day", amount: 1 } }],
    [9, { $dateAdd: { startDate: example, unit: "fortnight", amount: 1 } }],
    [5166405, { $dateAdd: { startDate: example, unit: "day", amount: 1.5 } }],
    [5166401, { $dateSubtract: { startDate: example, unit: "day", amount: 1, zone: "Z" } }],
    [5166305, { $dateDiff: { startDate: example, endDate: example } }],
    [5166307, { $dateDiff: { startDate: example, endDate: 5, unit: "day" } }],
    [9, { $dateDiff: { startDate: example, endDate: example, unit: "week", startOfWeek: "noday" } }],
    [5439012, { $dateTrunc: { date: 5, unit: "day" } }],
    [5439018, { $dateTrunc: { date: example, unit: "day", binSize: 0 } }],
    [5439008, { $dateTrunc: { date: example, unit: "day", bin: 1 } }],
  ])("refuses with %d: %j", (code, expression) => {
    expect(codeOf(() => evaluate(expression))).toBe(code);
  });
});
