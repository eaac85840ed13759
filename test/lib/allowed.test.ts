import { expect, test } from "vitest";
import * as z from "zod/mini";
import "../../src/lib/schema.ts";
import { parsed } from "../../src/documents/problem.ts";
import { deliveryFilterSchema } from "../../src/journal/delivery.ts";
import { scriptSchema } from "../../src/state/outcomes.ts";

test.each([
  [z.string(), 7, "a string"],
  [z.number(), "7", "a number"],
  [z.int(), 1.5, "a whole number"],
  [z.boolean(), "true", "true or false"],
  [z.array(z.string()), {}, "an array"],
  [z.strictObject({}), [], "an object"],
  [z.record(z.string(), z.string()), 7, "an object"],
  [z.null(), 7, "null"],
  [z.undefined(), 7, "another value"],
  [z.string().check(z.maxLength(2)), "abc", "a text of at most 2 characters"],
  [z.string().check(z.minLength(1)), "", "a text of at least 1 character"],
  [z.array(z.string()).check(z.maxLength(0)), ["a"], "an array of at most 0 items"],
  [z.number().check(z.gte(3)), 2, "at least 3"],
  [z.enum(["on", "off"]), "of", '"on" or "off"'],
  [z.string().check(z.regex(/^a$/)), "b", "a text like /^a$/"],
  [z.url(), "b", "a text in the format url"],
  [z.union([z.literal(""), z.string().check(z.minLength(3))]), 7, '"" or a string'],
  [z.custom(() => false), 7, "another value"],
  [z.string({ error: "its own words" }), 7, "its own words"],
] as const)("a value that is wrong is told what it must be (%#)", (schema, value, allowed) => {
  expect(schema.safeParse(value).error?.issues.map(({ message }) => message)).toEqual([allowed]);
});

test.each([
  [z.strictObject({ filter: deliveryFilterSchema }), { filter: 7 }, "filter must be an object"],
  [deliveryFilterSchema, { destination: 7 }, "destination must be a string"],
  [
    scriptSchema,
    { outcomes: [{ type: "error", message: "x".repeat(1001) }] },
    "outcomes[0].message must be a text of at most 1000 characters",
  ],
] as const)(
  "a problem says what is wrong, in the control plane's documents, too (%#)",
  (schema, value, detail) => {
    expect(parsed(schema, value)).toMatchObject({ ok: false, error: { status: 400, detail } });
  },
);
