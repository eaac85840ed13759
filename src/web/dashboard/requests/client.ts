import type { JournalEntry } from "../../../client/index.ts";

/** The parts of a User-Agent that say which client it is, and the client's name. */
const clients: readonly (readonly [RegExp, (found: RegExpExecArray) => string])[] = [
  [/Terraform\/?([\d.]*)/i, ([, version]) => `Terraform ${version}`.trim()],
  [/SDK\((@?[\w./-]+@v?[\w.]+)\)/, ([, name]) => name ?? ""],
  [/aliyun-(fc|sdk)[\w-]*(\/[\w.]+)?/i, ([name]) => name ?? ""],
  [
    /AlibabaCloud .*?(Node\.js|Python|Go|Java|golang)\/?v?([\d.]*)/i,
    ([, name]) => `Alibaba Cloud SDK, ${name}`,
  ],
  [/AlibabaCloud/i, () => "Alibaba Cloud SDK"],
  [/Edg\/(\d+)/, ([, version]) => `Edge ${version}`],
  [/Firefox\/(\d+)/, ([, version]) => `Firefox ${version}`],
  [/(?:Headless)?Chrome\/(\d+)/, ([, version]) => `Chrome ${version}`],
  [/Version\/(\d+)[\d.]* (?:Mobile\/\w+ )?Safari/, ([, version]) => `Safari ${version}`],
  [/^curl\/([\d.]+)/, ([, version]) => `curl ${version}`],
  [/^node$/, () => "Node.js fetch"],
  [/^([\w.@-]+)(?:\/([\w.-]+))?/, ([, name, version]) => [name, version].filter(Boolean).join(" ")],
];

/** Which client sent a request, in short, by its User-Agent; empty when it did not say. */
export function clientOf({ headers }: Pick<JournalEntry, "headers">): string {
  const agent = headers["x-user-agent"] ?? headers["user-agent"] ?? "";
  for (const [pattern, name] of clients) {
    const found = pattern.exec(agent);
    if (found) return name(found);
  }
  return "";
}
