import { SELF } from "cloudflare:test";
import { describe, expect, test } from "vitest";
import { auditSchema } from "../../src/documents/responseBodies.ts";
import { auditEntrySchema } from "../../src/state/audit.ts";
import { newSandbox, type TestSandbox } from "../newSandbox.ts";
import { fromAnotherClient, request } from "../request.ts";
import { asOperator, createBy, invite } from "./operator.ts";

const bearer = (token: string | undefined) => ({ Authorization: `Bearer ${token}` });

async function entriesOf(sandbox: TestSandbox, query = "") {
  const { controlToken } = sandbox.access;
  const { status, body } = await sandbox.send(
    "GET",
    `/_sandbox/audit${query}`,
    undefined,
    bearer(controlToken),
  );
  expect(status).toBe(200);
  return auditSchema.parse(body);
}

/** The audit as lines. */
async function exported({ endpoint, access }: TestSandbox): Promise<{ headers: Headers; text: string }> {
  const response = await SELF.fetch(`${endpoint}/_sandbox/audit?format=ndjson`, {
    headers: { ...fromAnotherClient(), ...bearer(access.controlToken) },
  });
  return { headers: response.headers, text: await response.text() };
}

describe("the audit of a sandbox", () => {
  test("has each change, who made it, what was given, and what came of it", async () => {
    const sandbox = await newSandbox();
    const { controlToken } = sandbox.access;
    const patched = await sandbox.send(
      "PATCH",
      "/_sandbox/settings",
      { region: "eu-central-1" },
      bearer(controlToken),
    );
    await sandbox.send("DELETE", "/_sandbox/faults/nothing", undefined, bearer("operator"));
    const { entries } = await entriesOf(sandbox);
    expect(entries).toEqual([
      {
        requestId: expect.any(String),
        time: expect.stringMatching(/Z$/),
        actor: { role: "operator" },
        operation: "removeFault",
        method: "DELETE",
        path: "/_sandbox/faults/nothing",
        status: 404,
      },
      {
        requestId: patched.headers.get("X-Fc-Request-Id"),
        time: expect.stringMatching(/Z$/),
        actor: { role: "control", generation: 0 },
        operation: "changeSettings",
        method: "PATCH",
        path: "/_sandbox/settings",
        status: 200,
        given: '{"region":"eu-central-1"}',
      },
    ]);
  });

  test("has nothing of reads, of refused tokens, and of the API", async () => {
    const sandbox = await newSandbox();
    await sandbox.requests.count({});
    await sandbox.send("PATCH", "/_sandbox/settings", {}, bearer(sandbox.access.watchToken));
    await sandbox.send("PATCH", "/_sandbox/settings", {}, bearer("wrong"));
    await sandbox.send("PUT", "/2023-03-30/functions/f/async-invoke-config", {});
    expect(await entriesOf(sandbox)).toEqual({ entries: [] });
  });

  test("outlasts a reset, and a rotation says which generation of the token was used", async () => {
    const sandbox = await newSandbox();
    const { body } = await sandbox.send(
      "POST",
      "/_sandbox/credentials/rotate",
      { credentials: ["controlToken"] },
      bearer(sandbox.access.controlToken),
    );
    await sandbox.send("POST", "/_sandbox/reset", {}, bearer(body.controlToken));
    const { body: audit } = await sandbox.send(
      "GET",
      "/_sandbox/audit",
      undefined,
      bearer(body.controlToken),
    );
    expect(
      audit.entries.map((entry: { operation: string; actor: object }) => [entry.operation, entry.actor]),
    ).toEqual([
      ["resetSandbox", { role: "control", generation: 1 }],
      ["rotateCredentials", { role: "control", generation: 0 }],
    ]);
  });

  test("has pages, and is exported as lines", async () => {
    const sandbox = await newSandbox();
    for (let i = 0; i < 25; i++) await sandbox.faults.clear();
    const first = await entriesOf(sandbox, "?limit=20");
    const rest = await entriesOf(sandbox, `?limit=20&nextToken=${first.nextToken}`);
    expect([first.entries.length, rest.entries.length, rest.nextToken]).toEqual([20, 5, undefined]);
    const { headers, text } = await exported(sandbox);
    expect(headers.get("Content-Type")).toBe("application/x-ndjson");
    const lines = text.trim().split("\n");
    expect(lines.map((line) => auditEntrySchema.parse(JSON.parse(line)))).toEqual([
      ...first.entries,
      ...rest.entries,
    ]);
    for (const query of ["?limit=0", "?nextToken=wrong", "?format=csv"]) {
      const address = `/_sandbox/audit${query}`;
      const answer = await sandbox.send("GET", address, undefined, bearer(sandbox.access.controlToken));
      expect([query, answer.status]).toEqual([query, 400]);
    }
  });

  test("is not for visitors", async () => {
    const sandbox = await newSandbox();
    expect((await sandbox.send("GET", "/_sandbox/audit")).status).toBe(401);
  });
});

test("a sandbox's audit begins with its creation by an invitation", async () => {
  const { key, id } = await invite();
  const { body } = await createBy(key, { label: "pr-1", settings: { region: "eu-central-1" } });
  const { body: audit } = await request(
    "GET",
    `/s/${body.id}/_sandbox/audit`,
    undefined,
    bearer(body.controlToken),
  );
  expect(audit.entries).toEqual([
    expect.objectContaining({
      operation: "createSandbox",
      actor: { role: "invitation", name: id },
      status: 201,
      given: expect.stringContaining("eu-central-1"),
    }),
  ]);
});

test("the audit of the deployment has a deletion by the owner, and what the operator failed to do", async () => {
  const sandbox = await newSandbox();
  const path = `/_sandbox/sandboxes/${sandbox.access.id}`;
  await request("DELETE", path, undefined, bearer(sandbox.access.controlToken));
  await asOperator("POST", `/sandboxes/${sandbox.access.id}/restore`, { time: "2000-01-01T00:00:00Z" });
  const { body } = await asOperator("GET", "/deployment/audit?limit=50");
  const mine = auditSchema.parse(body).entries.filter((entry) => entry.sandbox === sandbox.access.id);
  expect(mine.map(({ operation, actor, status }) => [operation, actor.role, status])).toEqual([
    ["restoreSandbox", "operator", 400],
    ["deleteSandbox", "control", 204],
  ]);
});

test("the audit of the deployment has what the operator changed, with the sandbox", async () => {
  const sandbox = await newSandbox();
  await sandbox.send("PUT", "/2023-03-30/functions/f/async-invoke-config", {});
  const invitation = await invite();
  await asOperator("POST", `/sandboxes/${sandbox.access.id}/links`, { role: "watch" });
  await asOperator("DELETE", `/sandboxes/${sandbox.access.id}`);
  await asOperator("DELETE", `/invitations/${invitation.id}`);
  const { body } = await asOperator("GET", "/deployment/audit?limit=50");
  const { entries } = auditSchema.parse(body);
  const mine = entries.filter(
    ({ sandbox: its, given, path }) =>
      its === sandbox.access.id || given?.includes(invitation.team) || path.includes(invitation.id),
  );
  expect(mine.map(({ operation, actor, status }) => [operation, actor.role, status])).toEqual([
    ["revokeInvitation", "operator", 204],
    ["deleteSandbox", "operator", 204],
    ["createLink", "operator", 201],
    ["createInvitation", "operator", 201],
  ]);
  expect((await request("GET", "/_sandbox/deployment/audit")).status).toBe(401);
});
