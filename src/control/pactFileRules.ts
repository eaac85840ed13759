import type { ApiVersion } from "../fc/versions.ts";

/** A rule for a text that differs between runs: what it is like, and an example that is the same in every file. */
export interface PactRule {
  readonly regex: string;
  readonly example: string;
}

const UUID: PactRule = {
  regex: "^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$",
  example: "3f2b8c1e-5d7a-4a90-9c3e-8a1f0b6d2e47",
};

const FC3_REQUEST_ID: PactRule = {
  regex: "^1-[0-9a-f]{8}-[0-9a-f]{8}-[0-9a-f]{12}$",
  example: "1-65bf56b2-1368aa6d-c7da7fa6a4d4",
};

/** At least as many digits as an instance has: names such as `c-1` are the same in every run. */
const INSTANCE: PactRule = { regex: "^c-[0-9a-f]{8}[0-9a-f-]{8,}$", example: "c-65bf56b21368aa6dc7da" };

const TIME: PactRule = {
  regex: "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}(\\.\\d+)?Z$",
  example: "2030-01-01T00:00:00Z",
};

const URL_RULE: PactRule = { regex: "^https?://.+$", example: "https://fc-sandbox.example.com/" };

const texts = [UUID, FC3_REQUEST_ID, INSTANCE, TIME, URL_RULE].map((rule) => ({
  ...rule,
  pattern: new RegExp(rule.regex),
}));

/** The headers of responses that differ between runs. */
const headers: Readonly<Record<string, PactRule>> = {
  etag: { regex: "^[0-9a-f]{32}$", example: "9e107d9d372bb6826bd81d3542a419d6" },
  "x-fc-instance-id": INSTANCE,
  "x-fc-invocation-duration": { regex: "^\\d+$", example: "1" },
  "x-fc-max-memory-usage": { regex: "^[\\d.]+$", example: "10.00" },
  "x-fc-log-result": { regex: "^[A-Za-z0-9+/]+=*$", example: "TG9n" },
};

/** The rule for the request ids of a version. */
export function requestIdRule({ hasServices }: ApiVersion): PactRule {
  return hasServices ? UUID : FC3_REQUEST_ID;
}

/** The rule for a header of a response, in lower case; undefined where it is the same in every run. */
export function headerRule(name: string): PactRule | undefined {
  return headers[name];
}

/** The rule for a text in a body; undefined where it is the same in every run. */
function textRule(text: string): PactRule | undefined {
  const [, service, resource] = /^acs:([a-z]+):[^:/\s]*:[^:/\s]*:(.*)$/.exec(text) ?? [];
  if (service !== undefined && resource !== undefined) {
    // The region and the account are the sandbox's own.
    return { regex: `^acs:${service}:[^:/\\s]*:[^:/\\s]*:${RegExp.escape(resource)}$`, example: text };
  }
  return texts.find(({ pattern }) => pattern.test(text));
}

/** A JSON value with examples in place of what differs between runs, and the rules for that, by path. */
export function jsonRules(value: unknown): {
  readonly example: unknown;
  readonly rules: Readonly<Record<string, PactRule>>;
} {
  const rules: Record<string, PactRule> = {};
  const walk = (item: unknown, path: string): unknown => {
    if (Array.isArray(item)) return item.map((one, index) => walk(one, `${path}[${index}]`));
    if (typeof item === "object" && item !== null) {
      return Object.fromEntries(
        Object.entries(item).map(([key, one]) => [key, walk(one, path + stepTo(key))]),
      );
    }
    const rule = typeof item === "string" ? textRule(item) : undefined;
    if (rule === undefined) return item;
    rules[path] = rule;
    return rule.example;
  };
  return { example: walk(value, "$"), rules };
}

function stepTo(key: string): string {
  return /^[A-Za-z_]\w*$/.test(key) ? `.${key}` : `['${key}']`;
}
