import { afterAll, beforeAll, expect, test } from "vitest";
import { createSandbox, SandboxClient } from "../../src/client/index.ts";
import { type Sandbox, startSandbox } from "../../src/local/startSandbox.ts";
import { SERVER } from "../server.ts";

const OPERATOR = "operator-of-the-tests";

let invited: Sandbox | undefined;
const server = () => invited?.url ?? "";
beforeAll(async () => {
  invited = await startSandbox({ variables: { CREATION: "invited", OPERATOR_TOKEN: OPERATOR } });
});
afterAll(() => invited?.close());

/** The key of a new invitation of the operator's. */
async function invite(items: object): Promise<string> {
  const response = await fetch(`${server()}/_sandbox/invitations`, {
    method: "POST",
    headers: { Authorization: `Bearer ${OPERATOR}`, "Content-Type": "application/json" },
    body: JSON.stringify(items),
  });
  return (await response.json()).key;
}

test("a sandbox is created by an invitation's key, or by the operator's token", async () => {
  const invitation = await invite({ team: "checkout", sandboxes: 1 });
  const sandbox = await createSandbox(server(), { label: "pr-17", invitation });
  // The key creates; what there is then belongs to the control token.
  expect(await sandbox.summary()).toMatchObject({ id: sandbox.access.id, role: "control" });
  await createSandbox(server(), { invitation: OPERATOR });

  const refusal = { name: "ControlError" };
  await expect(createSandbox(server())).rejects.toMatchObject({ ...refusal, problem: { status: 401 } });
  await expect(createSandbox(server(), { invitation: "x" })).rejects.toMatchObject({
    ...refusal,
    problem: { status: 403 },
  });
  await expect(createSandbox(server(), { invitation })).rejects.toMatchObject({
    ...refusal,
    problem: { status: 409 },
  });
});

test("a client goes on with the control token that it has rotated, and shows what was replaced", async () => {
  const sandbox = await createSandbox(SERVER);
  const former = { ...sandbox.access };
  const made = await sandbox.rotate(["controlToken"]);
  expect(made).toMatchObject({
    watchToken: former.watchToken,
    accessKeySecret: former.accessKeySecret,
  });
  expect(sandbox.access).toEqual({ ...former, controlToken: made.controlToken });
  expect(made.controlToken).not.toBe(former.controlToken);
  await sandbox.settings({ functions: "declared" });
  await expect(new SandboxClient(former).summary()).rejects.toMatchObject({
    problem: { status: 403, detail: "This token was replaced by a new one." },
  });

  const all = await sandbox.rotate();
  expect(sandbox.access).toMatchObject(all);
  for (const item of ["controlToken", "watchToken", "accessKeySecret"] as const) {
    expect(all[item], item).not.toBe(made[item]);
  }
  expect((await sandbox.summary()).watchToken).toBe(all.watchToken);
});

test("a client with a watch token reads everything, and changes nothing", async () => {
  const { access, endpoint } = await createSandbox(SERVER, { settings: { signatures: "required" } });
  const watcher = new SandboxClient({
    endpoint,
    ...(access.watchToken && { watchToken: access.watchToken }),
  });
  const summary = await watcher.summary();
  expect(summary).toMatchObject({ role: "watch", watchToken: access.watchToken });
  expect(summary).not.toHaveProperty("controlToken");
  expect(summary).not.toHaveProperty("accessKeySecret");
  await watcher.snapshot.export({ invocations: true });
  await watcher.audit.list();
  for (const change of [
    () => watcher.reset(),
    () => watcher.rotate(),
    () => watcher.delete(),
    () => watcher.clock.freeze(),
  ]) {
    await expect(change()).rejects.toMatchObject({ problem: { status: 403 } });
  }
});

test("the audit is listed by pages, and exported", async () => {
  const sandbox = await createSandbox(SERVER);
  expect(await sandbox.audit.export()).toEqual([]);
  await sandbox.clock.freeze();
  await sandbox.settings({ functions: "declared" });
  await sandbox.faults.clear();
  const first = await sandbox.audit.list({ limit: 2 });
  expect(first.entries.map(({ operation }) => operation)).toEqual(["clearFaults", "changeSettings"]);
  const rest = await sandbox.audit.list({
    limit: 2,
    ...(first.nextToken && { nextToken: first.nextToken }),
  });
  expect(rest).toEqual({
    entries: [expect.objectContaining({ operation: "setClock", given: '{"mode":"frozen"}', status: 200 })],
  });
  expect(await sandbox.audit.export()).toEqual([...first.entries, ...rest.entries]);
});

test("a sandbox is deleted, and its id leads to an empty one", async () => {
  const sandbox = await createSandbox(SERVER);
  await sandbox.functions.declare({ functions: [{ name: "f" }] });
  const { endpoint, controlToken = "" } = sandbox.access;
  // Without the id, too.
  await new SandboxClient({ endpoint, controlToken }).delete();
  expect((await sandbox.summary()).resources.functions).toBe(0);
});
