import { describe, expect, it } from "vitest";
import { en } from "../../src/web/dashboard/text/en.ts";
import { zh } from "../../src/web/dashboard/text/zh.ts";

type Text = string | ((...values: never[]) => string);
type Group = { readonly [name: string]: Text | Group };

/** All texts of a dictionary, each with its path, such as `clock.title`. */
function textsOf(group: Group, path = ""): [path: string, text: Text][] {
  return Object.entries(group).flatMap(([name, value]): [string, Text][] => {
    const its = path ? `${path}.${name}` : name;
    return typeof value === "object" ? textsOf(value, its) : [[its, value]];
  });
}

const chinese = new Map(textsOf(zh));
const texts = textsOf(en).map(([path, english]) => [path, english, chinese.get(path) ?? ""] as const);
const functions = texts.flatMap(([path, english, translated]) =>
  typeof english === "function" && typeof translated === "function"
    ? [[path, english, translated] as const]
    : [],
);

/** What is the same in every language: names, commands, and texts of the caller's alone. */
const NAMES = [
  "exports.har",
  "exports.pact",
  "shell.zoneUtc",
  "traffic.prometheus",
  "requests.copyCurl",
  "requests.copyFetch",
  "connect.install",
  "configs.sizes",
  "outcomes.does",
  "forms.counted",
  "invocations.evFailed",
  "invocations.evStopped",
  "invocations.consequence",
  "clock.advanced",
];

/** Values that are recognized in a text, whatever a function takes. */
const VALUES = [70_001, 80_002, 90_003, 60_004] as never[];
const SMALL_COUNTS = [0, 1, 2];

const called = (text: Text, values = VALUES) => (typeof text === "function" ? String(text(...values)) : text);

const withoutValues = (said: string) => VALUES.reduce((rest, value) => rest.replaceAll(value, "…"), said);

describe("the Chinese texts", () => {
  it("are in Chinese, but for names", () => {
    const left = texts
      .filter(([path]) => !path.startsWith("punctuation.") && !NAMES.includes(path))
      .filter(([, , translated]) => !/\p{Script=Han}/u.test(called(translated)))
      .map(([path]) => path);
    expect(left).toEqual([]);
  });

  it("have no name among the exceptions that is in Chinese after all", () => {
    const needless = NAMES.filter((path) => /\p{Script=Han}/u.test(called(chinese.get(path) ?? "")));
    expect(needless).toEqual([]);
  });

  it("say all values that the English ones say", () => {
    const missing = functions.flatMap(([path, english, translated]) =>
      VALUES.filter((value) => called(english).includes(value) && !called(translated).includes(value)).map(
        (value) => `${path}: value ${VALUES.indexOf(value) + 1}`,
      ),
    );
    expect(functions.length).toBeGreaterThan(50);
    expect(missing).toEqual([]);
  });

  it("have words for small counts, too", () => {
    const broken = functions.flatMap(([path, , translated]) =>
      SMALL_COUNTS.map((count) => VALUES.map(() => count) as never[])
        .map((counts) => called(translated, counts))
        .filter((said) => said === "" || /undefined|NaN|null/.test(said))
        .map((said) => `${path}: ${said}`),
    );
    expect(broken).toEqual([]);
  });

  it("have the punctuation of Chinese, and a space between Chinese and Latin words", () => {
    const wrong = texts
      .filter(([path]) => !path.startsWith("punctuation."))
      // A value may be of either script.
      .map(([path, , translated]) => [path, withoutValues(called(translated))] as const)
      .filter(([, said]) => /\p{Script=Han} ?[,.;:?!()]|\p{Script=Han}\w|\w\p{Script=Han}| {2}/u.test(said));
    expect(wrong).toEqual([]);
  });

  it("have no space between a Chinese word and a Chinese value", () => {
    const { configs, forms, items, common } = zh;
    expect(configs.deleteWhat("media")).toBe("删除 media");
    expect(configs.deleteWhat(forms.serviceText("media"))).toBe("删除服务 media");
    expect(items.default("3")).toBe("默认为 3");
    expect(items.default(common.no)).toBe("默认为否");
  });
});

describe.each([
  ["English", en],
  ["Chinese", zh],
])("the %s texts", (_, { views }) => {
  it("name each view differently", () => {
    const names = Object.values(views);
    expect(new Set(names).size).toBe(names.length);
  });
});
