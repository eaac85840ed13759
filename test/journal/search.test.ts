import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JournalEntry } from "../../src/journal/entry.ts";
import { missingWords, wordFinder, wordsOf } from "../../src/journal/search.ts";

const UUID = "3f2b8c1e-5d7a-4a90-9c3e-8a1f0b6d2e47";
const FC3_ID = "1-65bf56b2-1368aa6d-c7da7fa6a4d4";
const ETAG = "5f9c404e1b2a3d4e5f60718293a4b5c6";
const SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
const MD5 = "1B2M2Y8AsgTpgAmY7PhCfg==";
const SIGNATURE = "kkaNpUBzqKrErlGZ404wxY0dPHTzqH+9A0tl2Qx1bHE=";
const TOKEN = "mX3v8Yq0bJ2nKcR7hT5wL1aZ9dFgS4eUiOpQ6yBxN0M.eyJ0aW1lIjo0MDR9";
const CODE = "UEsDBAoAAAAAAIdO404AAAAAAAAAAAAAAAAJABwAaW5kZXgu".repeat(3);
const SANDBOX = "team-a-6qaniod3th3siwj4cmoqy4enmw";

const isIn = (text: string, word: string, ids?: string[]) => wordFinder(text, ids)(word);

describe("a word is found", () => {
  test.each([
    ["prod", "/services/demo.prod/functions/hello"],
    ["PROD", "/services/demo.prod/functions/hello"],
    ["prod", "qualifier=PROD"],
    ["sync-inv", "/functions/hello/async-invoke-config"],
    ["retry", '{"maxAsyncRetryAttempts":1}'],
    ['retryattempts":1', '{"maxAsyncRetryAttempts":1}'],
    ["2023-03", "/2023-03-30/functions"],
    ["cn-hangzhou:1234567", "acs:fc:cn-hangzhou:1234567890123456:functions/done"],
    ["münchen", "MÜNCHEN"],
    ["İzmi", "xİZMİR"],
    ["a.b*c(", "xa.b*c(x"],
  ])("%s in %s", (word, text) => expect(isIn(text, word)).toBe(true));

  test.each([
    ["404", "404"],
    ["404", "status=404"],
    ["404", "[1,404,2]"],
    ["404", '{"age":404}'],
    ["404", "/404/"],
    ["404", "ends with 404."],
    ["404", "-404"],
    ["404", "report-404"],
    ["1234567890123456", "acs:fc:cn-hangzhou:1234567890123456:functions/done"],
    ["8787", "127.0.0.1:8787"],
  ])("the number %s in %s", (word, text) => expect(isIn(text, word)).toBe(true));

  test.each([
    ["404", "1404"],
    ["404", "4041"],
    ["404", "f404"],
    ["404", "404ms"],
    ["404", "_404"],
    ["404", "1.404"],
    ["404", "404.5"],
    ["404", "%404"],
    ["08", "2016-08-15"],
    ["2016", "2016-08-15"],
    ["15", "2016-08-15"],
    ["3456", "acs:fc:cn-hangzhou:1234567890123456:functions/done"],
  ])("but not the number %s in %s", (word, text) => expect(isIn(text, word)).toBe(false));
});

describe.each([
  ["a UUID", UUID, ["5d7a", "3f2b8c1e", "-9c3e-", "8a1f0b6d2e47"]],
  ["a request id of FC 3.0", FC3_ID, ["65bf56b2", "1368aa6d", "1-65"]],
  ["an ETag", ETAG, ["404", "f9c404e", ETAG.slice(0, -1), ETAG.slice(1)]],
  ["a SHA-256", SHA256, ["e3b0", "b855", "149afbf4"]],
  ["an MD5", MD5, ["1b2m", "cfg", "y8asg", "=="]],
  ["a signature", SIGNATURE, ["404", "ubzq", "+9a0", "bhe"]],
  ["a token of a page", TOKEN, ["x3v8", "404", "eyj0"]],
  ["code", CODE, ["uesd", "404", "aaaa"]],
  ["a time", "2030-01-01T04:04:00.404Z", ["2030-01-01", "04:04", "404", "404z"]],
  ["a time with an offset", "2030-01-01T04:04:00+08:00", ["2030-01", "08:00"]],
  ["a time of a signature", "20300101T040400Z", ["20300101", "t04"]],
  ["a time of HTTP", "Tue, 01 Jan 2030 04:04:00 GMT", ["tue", "jan", "01", "gmt", "2030"]],
  ["the id of the sandbox", SANDBOX, ["team", "6qani", "h3s"]],
])("%s", (_, id, parts) => {
  const texts = [id, `"${id}"`, `{"id":"${id}","next":1}`, `/tasks?id=${id}&x=1`, `id: ${id}`];

  test.each(texts)("is found as a whole in %s, and its parts are not", (text) => {
    const finder = wordFinder(text, [SANDBOX]);
    expect(finder(id)).toBe(true);
    expect(finder(id.toUpperCase())).toBe(true);
    expect(parts.filter(finder)).toEqual([]);
  });

  test("is found by a word that contains it", () => {
    const finder = wordFinder(`/tasks?id=${id}&x=1`, [SANDBOX]);
    expect(finder(`tasks?id=${id}&`)).toBe(true);
    expect(finder(`tasks?id=${id.slice(0, 5)}`)).toBe(false);
  });
});

describe("whatever the text,", () => {
  const word = fc.stringMatching(/^[A-Za-z_.:/=-]{1,12}$/);
  const hex = (length: number) => fc.stringMatching(new RegExp(`^[0-9a-f]{${length}}$`));
  const ids = fc.oneof(fc.uuid(), hex(32), hex(64)).filter((id) => /[a-f]/.test(id));
  const around = fc.stringMatching(/^[ "':;,{}[\]&?()]{0,6}$/);

  test("a word of no id and no number is found exactly where the text contains it, in any case", () => {
    const words = fc.array(word, { maxLength: 5 }).map((all) => all.join(" "));
    fc.assert(
      fc.property(words, word, (text, wanted) => {
        const contains = text.toLowerCase().includes(wanted.toLowerCase());
        for (const one of [wanted, wanted.toUpperCase(), wanted.toLowerCase()]) {
          expect(isIn(text, one)).toBe(contains);
          expect(isIn(text.toUpperCase(), one)).toBe(contains);
        }
      }),
    );
  });

  test("an id is found by the whole id, and by no part of it", () => {
    const parts = ids.chain((id) =>
      fc
        .tuple(fc.nat(id.length - 1), fc.integer({ min: 1, max: id.length - 1 }))
        .map(([start, length]) => [id, id.slice(start, start + length)] as const),
    );
    fc.assert(
      fc.property(parts, around, around, ([id, part], before, after) => {
        const text = `${before}${id}${after}`;
        expect(isIn(text, id)).toBe(true);
        expect(isIn(text, part)).toBe(false);
      }),
    );
  });

  test("a number is found exactly where it is the whole number", () => {
    const number = fc.nat({ max: 2000 });
    fc.assert(
      fc.property(fc.array(number), number, around, (numbers, wanted, space) => {
        const text = numbers.join(`${space},`);
        expect(isIn(text, String(wanted))).toBe(numbers.includes(wanted));
      }),
    );
  });

  test("of any characters, a word that is found is in the text", () => {
    const texts = fc.string({ unit: "grapheme", maxLength: 60 });
    fc.assert(
      fc.property(texts, texts, (text, wanted) => {
        const [first] = wordsOf(wanted);
        if (first === undefined || !isIn(text, first)) return;
        expect(text.toLowerCase()).toContain(first.toLowerCase());
      }),
    );
  });
});

test.each(["a", "1", "a-", "ab/", "a0", "1-", '"', "mon, ", "nextToken", "2030-01-01t00:00:00.0"])(
  "a long text of %j is searched in no time",
  (unit) => {
    const text = unit.repeat(8192 / unit.length);
    const start = performance.now();
    for (const word of ["a", "1", "z", unit.trim()]) isIn(text, word);
    expect(performance.now() - start).toBeLessThan(1000);
  },
);

const entry: JournalEntry = {
  requestId: UUID,
  time: "2030-01-01T00:00:00.500Z",
  sandbox: SANDBOX,
  operation: "put",
  version: "2021-04-06",
  service: "shop",
  function: "report",
  qualifier: "prod",
  method: "PUT",
  url: `/s/${SANDBOX}/2021-04-06/services/shop/functions/report/async-invoke-config?qualifier=prod&note=%C3%A9t%C3%A9`,
  headers: { "content-type": "application/json", "x-mine": "Yes", "x-acs-signature-nonce": ETAG },
  body: '{"maxAsyncRetryAttempts":1}',
  status: 503,
  responseBody: `{"Code":"ServiceUnavailable","RequestId":"${UUID}"}`,
  durationMs: 3,
  faults: ["0b6d2e47-5d7a-4a90-9c3e-8a1f3f2b8c1e"],
  effects: ["ServiceUnavailable;after=apply"],
  errorCode: "ServiceUnavailable",
  changes: { kind: "changed", items: [{ item: "onFailure", before: null, after: "acs:fc:a:1:b" }] },
};

describe("in an entry are found", () => {
  test.each([
    ["the method", "PUT"],
    ["the path", "/functions/report/async"],
    ["the query", "qualifier=prod"],
    ["the query, decoded", "été"],
    ["the operation's name in the journal", "put"],
    ["the operation's name in the API", "PutAsyncInvokeConfig"],
    ["the operation's name in the version", "PutFunctionAsyncInvokeConfig"],
    ["the version", "2021-04-06"],
    ["the service", "shop"],
    ["the function", "report"],
    ["the qualifier", "prod"],
    ["the error's code", "serviceunavailable"],
    ["an effect", "after=apply"],
    ["a header's name", "x-mine"],
    ["a header's value", "yes"],
    ["a header", "x-mine:"],
    ["the body", "retryattempts"],
    ["the response's body", '"code"'],
    ["a changed item", "onFailure"],
    ["the status", "503"],
    ["the status' class", "5xx"],
    ["the status' class in capitals", "5XX"],
    ["the request's id", UUID],
    ["a fault's id", "0b6d2e47-5d7a-4a90-9c3e-8a1f3f2b8c1e"],
    ["the time", "2030-01-01T00:00:00.500Z"],
    ["the sandbox's id", SANDBOX],
    ["several of these", "  PUT report\tprod 503 "],
    ["no words", "   "],
  ])("%s", (_, search) => expect(missingWords(entry, search)).toEqual([]));

  test.each([
    ["a part of an id", "5d7a"],
    ["a part of the time", "00:00"],
    ["a part of the sandbox's id", "team"],
    ["a part of a nonce", "404e"],
    ["another status", "404"],
    ["another class", "4xx"],
    ["a part of the status", "50"],
    ["a value of a changed item", "acs:fc"],
    ["an item that did not change", "onSuccess"],
    ["the duration", "3"],
  ])("not %s", (_, search) => expect(missingWords(entry, search)).toEqual([search]));

  test("the request's id, also where no body has it", () => {
    expect(missingWords({ ...entry, responseBody: "" }, UUID.toUpperCase())).toEqual([]);
  });

  test("each of the search's words, or it is told", () => {
    expect(missingWords(entry, "put GONE report Away")).toEqual(["GONE", "Away"]);
  });

  test("the names in the API of an operation that has no short one, and none of a request that matched none", () => {
    const other: JournalEntry = { ...entry, url: "/", operation: "GetFunction", method: "GET" };
    expect(missingWords(other, "getfunction PutFunctionAsyncInvokeConfig")).toEqual([
      "PutFunctionAsyncInvokeConfig",
    ]);
    expect(missingWords({ ...other, operation: null, service: null }, "null getfunction")).toEqual([
      "null",
      "getfunction",
    ]);
  });

  test("no part of an id or a number that was cut", () => {
    const cut: JournalEntry = {
      ...entry,
      body: '{"a":"kept","id":"9d1e8c1e-77',
      bodyCut: true,
      responseBody: '{"b":"stays","age":404',
      responseBodyCut: true,
    };
    expect(missingWords(cut, "kept stays 9d1e8c1e 404")).toEqual(["9d1e8c1e", "404"]);
    const { bodyCut: _, responseBodyCut: __, ...whole } = cut;
    expect(missingWords(whole, "kept stays 9d1e8c1e 404")).toEqual([]);
  });

  test("the parts of `default`, whose id is no id", () => {
    expect(missingWords({ ...entry, sandbox: "default", function: "default-sum" }, "fault-s")).toEqual([]);
  });
});
