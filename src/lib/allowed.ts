import type * as z from "zod/mini";

/** What a value of each type is called. */
const types: Readonly<Record<string, string>> = {
  string: "a string",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "an array",
  object: "an object",
  record: "an object",
  null: "null",
};

/** What a value must be, for an issue whose schema does not say so itself: the end of a sentence with "must be". */
export function allowedBy(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case "invalid_type":
      return types[issue.expected] ?? "another value";
    case "too_small":
      return sized(issue.origin, "at least", issue.minimum);
    case "too_big":
      return sized(issue.origin, "at most", issue.maximum);
    case "invalid_value":
      return issue.values.map((value) => JSON.stringify(value)).join(" or ");
    case "invalid_format":
      return issue.format === "regex"
        ? `a text like ${issue.pattern}`
        : `a text in the format ${issue.format}`;
    case "invalid_union": {
      const alternatives = issue.errors?.flatMap(([first]) => (first ? [first.message] : [])) ?? [];
      return alternatives.length > 0 ? [...new Set(alternatives)].join(" or ") : "another value";
    }
    default:
      return "another value";
  }
}

/** The size that a value may have: a number itself, or the characters of a text, or the items of an array. */
function sized(origin: string, bound: string, size: number | bigint): string {
  const unit = origin === "string" ? "character" : "item";
  const counted = `${bound} ${size} ${unit}${Number(size) === 1 ? "" : "s"}`;
  if (origin === "string") return `a text of ${counted}`;
  return origin === "array" ? `an array of ${counted}` : `${bound} ${size}`;
}
