import type { TestSandbox } from "../newSandbox.ts";
import type { Answer } from "../request.ts";

export const QUEUE = "acs:mns:cn-hangzhou:123456:/queues/dead-letters/messages";
export const TOPIC = "acs:mns:cn-hangzhou:123456:/topics/done/messages";
export const NOW = "2030-01-31T12:00:00.000Z";
const FC3 = "/2023-03-30/functions";

/** The time so many seconds after the frozen time. */
export function after(seconds: number): string {
  return new Date(Date.parse(NOW) + seconds * 1000).toISOString();
}

/** The destination that an FC 3.0 function is. */
export function functionNamed(name: string): string {
  return `acs:fc:cn-hangzhou:123456:functions/${name}`;
}

/** Puts the config of an FC 3.0 function. */
export async function configure(sandbox: TestSandbox, name: string, config: object): Promise<void> {
  const answer = await sandbox.send("PUT", `${FC3}/${name}/async-invoke-config`, config);
  if (answer.status !== 200) throw new Error(JSON.stringify(answer.body));
}

/** Invokes an FC 3.0 function asynchronously. */
export function invoke(
  sandbox: TestSandbox,
  name: string,
  headers: Record<string, string> = {},
  event: unknown = { order: 7 },
): Promise<Answer> {
  return sandbox.send("POST", `${FC3}/${name}/invocations`, event, {
    "X-Fc-Invocation-Type": "Async",
    ...headers,
  });
}

/** The id of the invocation that a request made. */
export function idOf({ headers }: Answer): string {
  return headers.get("X-Fc-Async-Task-Id") ?? headers.get("X-Fc-Request-Id") ?? "";
}

/** What happened to an invocation: its statuses, and when. */
export async function historyOf(sandbox: TestSandbox, id: string): Promise<string[]> {
  const { events } = await sandbox.invocations.get(id);
  return events.map(({ status, time }) => `${status} +${(Date.parse(time) - Date.parse(NOW)) / 1000}`);
}
