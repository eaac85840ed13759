import type { Env } from "../env.ts";
import { post } from "../objects/outbound.ts";
import { firstRegistryShard, registryShards } from "../objects/stubs.ts";
import type { Alert, AlertKind } from "../state/registry.ts";
import { hasOperator, variables, wrongVariable } from "../variables.ts";
import { registryTotals } from "./registryTotals.ts";

/** From which part of a quota on its operator is told. */
const NEARLY_FULL = 0.8;
/** How many sandboxes over a quota are counted exactly. */
const MAX_COUNTED = 100;
const TIMEOUT_MS = 10_000;
const MAX_ANSWER_BYTES = 65_536;

/** An alert that begins, goes on with other words, or ends. */
interface AlertChange extends Alert {
  readonly status: "firing" | "resolved";
}

/**
 * Tells the webhook what has gone wrong or right since the last check; does nothing without one. A cron trigger calls
 * this function. Rejects when the webhook could not be reached: then the next check tells it.
 */
export async function sendAlerts(env: Env, now: number): Promise<void> {
  if (!env.ALERT_WEBHOOK) return;
  const wrong = wrongVariable(env);
  // Without right variables no object can be asked, so this alert comes with every check.
  if (wrong !== undefined)
    return tell(env.ALERT_WEBHOOK, [{ kind: "variables", text: wrong, status: "firing" }]);
  if (!hasOperator(env)) return;
  const registry = firstRegistryShard(env);
  const { checkedAt, alerts: before } = await registry.alerts();
  const found = await findAlerts(env, checkedAt);
  const changes: AlertChange[] = [
    ...found
      .filter(({ kind, text }) => !before.some((one) => one.kind === kind && one.text === text))
      .map((alert) => ({ ...alert, status: "firing" as const })),
    ...before
      .filter(({ kind }) => kind !== "errors" && !found.some((one) => one.kind === kind))
      .map((alert) => ({ ...alert, status: "resolved" as const })),
  ];
  if (changes.length > 0) await tell(env.ALERT_WEBHOOK, changes);
  await registry.noteAlerts({ checkedAt: now, alerts: found });
}

/** What is wrong now, and which errors there were since a time, in milliseconds since 1970. */
async function findAlerts(env: Env, since: number): Promise<Alert[]> {
  const alerts: Alert[] = [];
  const add = (kind: AlertKind, text: string) => alerts.push({ kind, text });
  const errors = (await firstRegistryShard(env).errors()).filter(({ time }) => Date.parse(time) > since);
  const [latest] = errors;
  if (latest) {
    add(
      "errors",
      `${errors.length} errors since the last check; the latest: ${latest.status}, ${latest.message}, request ${latest.requestId}`,
    );
  }
  const { totalBytes } = variables(env).quotas;
  if (totalBytes !== undefined) {
    const { bytes } = await registryTotals(env);
    const percent = Math.floor((bytes / totalBytes) * 100);
    if (bytes >= totalBytes * NEARLY_FULL) {
      // In steps, so that growth is no news every time.
      const step = percent >= 100 ? "all" : `more than ${percent >= 90 ? 90 : 80} %`;
      add("bytes", `the sandboxes store ${step} of QUOTA_BYTES`);
    }
  }
  const throttled = await Promise.all(
    registryShards(env).map((shard) => shard.sandboxes({ throttled: "true" }, null, MAX_COUNTED)),
  );
  const count = throttled.reduce((sum, { sandboxes }) => sum + sandboxes.length, 0);
  if (count > 0) add("throttled", `${count >= MAX_COUNTED ? "many" : count} sandboxes are over a quota`);
  return alerts;
}

/** Posts changes as one message. Its `text` is what chat systems show. */
async function tell(webhook: string, changes: readonly AlertChange[]): Promise<void> {
  const lines = changes.map(({ text, status }) => `${status === "firing" ? "" : "resolved: "}${text}`);
  const message = JSON.stringify({ text: `fc-sandbox: ${lines.join("; ")}.`, alerts: changes });
  const headers = { "Content-Type": "application/json" };
  const most = { milliseconds: TIMEOUT_MS, bytes: MAX_ANSWER_BYTES };
  const { hostname } = new URL(webhook);
  // The operator names the webhook itself, so OUTBOUND_HOSTS need not.
  const outbound = { hosts: [hostname], refused: undefined, posted: () => {} };
  const answer = await post(webhook, message, headers, outbound, most);
  if (!answer.ok) throw new Error(`ALERT_WEBHOOK ${answer.error.kind}`);
  if (answer.value.status >= 400) throw new Error(`ALERT_WEBHOOK answered ${answer.value.status}`);
}
