import * as z from "zod";

/** What came of a step: the body parsed, with what differs from run to run replaced. */
const answerSchema = z.strictObject({
  /** `{scenario} / {version} / {step}`. */
  step: z.string(),
  settles: z.optional(z.string()),
  status: z.int(),
  body: z.optional(z.json()),
  /** Whether the response had each of these headers. */
  headers: z.record(z.string(), z.boolean()),
});

/** What an endpoint answered to the scenarios. */
export const recordingSchema = z.strictObject({
  format: z.literal("fc-sandbox-conformance/1"),
  recordedAt: z.string(),
  answers: z.array(answerSchema),
});

export type Answer = z.infer<typeof answerSchema>;
export type Recording = z.infer<typeof recordingSchema>;
type Json = z.infer<ReturnType<typeof z.json>>;

const TIME = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/;
const ID = /[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}/gi;

/** A body without what differs from run to run: times, ids, tokens, and the names that the run was given. */
export function normalised(value: Json, names: Readonly<Record<string, string>>): Json {
  if (Array.isArray(value)) return value.map((item) => normalised(item, names));
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        key,
        key === "nextToken" || /^request_?id$/i.test(key) ? "<text>" : normalised(item, names),
      ]),
    );
  }
  if (typeof value !== "string") return value;
  // Where the form of a time matters, it is the form that is kept.
  if (TIME.test(value)) return value.replace(/\d/g, "0");
  return Object.entries(names)
    .filter(([, name]) => name !== "")
    .reduce((text, [key, name]) => text.replaceAll(name, `{${key}}`), value.replace(ID, "<id>"));
}

/** In what two recordings differ, a sentence for each; `a` and `b` are what to call them. */
export function recordingDifferences(
  [a, first]: readonly [string, Recording],
  [b, second]: readonly [string, Recording],
): string[] {
  const others = new Map(second.answers.map((answer) => [answer.step, answer]));
  const found: string[] = [];
  for (const answer of first.answers) {
    const other = others.get(answer.step);
    others.delete(answer.step);
    if (other === undefined) {
      found.push(`${answer.step}: only ${a} was asked`);
      continue;
    }
    const settled = answer.settles ? ` (settles ${answer.settles})` : "";
    if (answer.status !== other.status) {
      found.push(`${answer.step}${settled}: ${a} answered ${summed(answer)}, ${b} ${summed(other)}`);
      continue;
    }
    for (const { path, in: one, and } of bodyDifferences(answer.body, other.body, "")) {
      found.push(`${answer.step}${settled}: ${path || "the body"} was ${one} in ${a}, ${and} in ${b}`);
    }
    for (const [header, had] of Object.entries(answer.headers)) {
      const also = other.headers[header] ?? false;
      if (had !== also) found.push(`${answer.step}${settled}: only ${had ? a : b} sent ${header}`);
    }
  }
  for (const step of others.keys()) found.push(`${step}: only ${b} was asked`);
  return found;
}

function summed({ status, body }: Answer): string {
  const { ErrorCode, Code } = (typeof body === "object" && body !== null ? body : {}) as Record<string, Json>;
  const code = ErrorCode ?? Code;
  return code === undefined ? String(status) : `${status} ${code}`;
}

function bodyDifferences(
  a: Json | undefined,
  b: Json | undefined,
  path: string,
): { readonly path: string; readonly in: string; readonly and: string }[] {
  const isObject = (value: Json | undefined) => typeof value === "object" && value !== null;
  if (isObject(a) && isObject(b) && Array.isArray(a) === Array.isArray(b)) {
    const [left, right] = [a as Record<string, Json>, b as Record<string, Json>];
    const keys = [...new Set([...Object.keys(left), ...Object.keys(right)])];
    return keys.flatMap((key) => bodyDifferences(left[key], right[key], path ? `${path}.${key}` : key));
  }
  // The words of a message are nobody's contract.
  if (/(^|\.)(Error)?Message$/i.test(path) && typeof a === typeof b) return [];
  const said = (value: Json | undefined) => (value === undefined ? "absent" : JSON.stringify(value));
  return said(a) === said(b) ? [] : [{ path, in: said(a), and: said(b) }];
}
