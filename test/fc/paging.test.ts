import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ListTokens, type Page, pageOf, parsePageRequest, startOf } from "../../src/fc/paging.ts";

describe("the limit of a list", () => {
  test.each([undefined, ""])("that is %j is 20", (limit) => {
    expect(parsePageRequest(limit, undefined)).toEqual({
      ok: true,
      value: { limit: 20, nextToken: undefined },
    });
  });

  test("is an integer from 1 to 100, and anything else is InvalidArgument", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.integer({ min: -10, max: 200 }).map(String), fc.string({ minLength: 1 })),
        (limit) => {
          const parsed = parsePageRequest(limit, undefined);
          const isAllowed = /^0*([1-9]\d?|100)$/.test(limit);
          expect(parsed).toEqual(
            isAllowed
              ? { ok: true, value: { limit: Number(limit), nextToken: undefined } }
              : {
                  ok: false,
                  error: {
                    status: 400,
                    code: "InvalidArgument",
                    message: `limit must be an integer from 1 to 100, but got ${JSON.stringify(limit)}`,
                  },
                },
          );
        },
      ),
    );
  });

  test.each(["1e1", "0x10", "+5", " 5", "5.0", "101", "0", "Infinity", "٥"])("is not %j", (limit) => {
    expect(parsePageRequest(limit, undefined)).toMatchObject({ error: { code: "InvalidArgument" } });
  });
});

test("an empty nextToken is none, and any other is as it came", () => {
  expect(parsePageRequest("5", "")).toEqual({ ok: true, value: { limit: 5, nextToken: undefined } });
  expect(parsePageRequest("5", "a b")).toEqual({ ok: true, value: { limit: 5, nextToken: "a b" } });
});

test("a token that this list did not issue is InvalidArgument", async () => {
  const tokens: ListTokens = { issue: async () => "", open: async () => undefined };
  expect(await startOf({ limit: 20, nextToken: "x" }, tokens)).toMatchObject({
    error: {
      code: "InvalidArgument",
      message: 'nextToken must be one that an earlier page of this list returned, but got "x"',
    },
  });
});

test("the pages of a list have each item once and in order, and all but the last are full and have a token", async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(30), fc.integer({ min: 1, max: 12 }), async (count, limit) => {
      const all = Array.from({ length: count }, (_, i) => i);
      const pages: (readonly number[])[] = [];
      for (let token: string | undefined = "0"; token !== undefined; ) {
        const found = all.slice(Number(token), Number(token) + limit + 1);
        const page: Page<number> = await pageOf(found, limit, async (last) => String(last + 1));
        pages.push(page.items);
        token = page.nextToken;
      }
      expect(pages.flat()).toEqual(all);
      for (const page of pages.slice(0, -1)) expect(page).toHaveLength(limit);
      // There is an empty page only when there is nothing at all.
      expect(pages.at(-1)?.length === 0).toBe(count === 0);
    }),
  );
});
