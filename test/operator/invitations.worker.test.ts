import { env, runInDurableObject } from "cloudflare:test";
import { expect, test } from "vitest";
import { createdInvitationSchema, invitationsSchema } from "../../src/documents/responseBodies.ts";
import type { RegistryObject } from "../../src/objects/registry/object.ts";
import { registryShards } from "../../src/objects/stubs.ts";
import { noting } from "../calls.ts";
import { request } from "../request.ts";
import { asOperator, createBy, invite, requestWith } from "./operator.ts";

test("where creation is invited, nobody creates a sandbox without an invitation", async () => {
  const without = await createBy(undefined);
  expect([without.status, without.headers.get("WWW-Authenticate")]).toEqual([401, "Bearer"]);
  for (const key of ["wrong", "invitation.aaaaaaaaaaaaaaaa.wrong"]) {
    expect((await createBy(key)).status).toBe(403);
  }
  expect((await createBy("operator")).status).toBe(201);
});

test("an invitation's key creates sandboxes, which are the team's", async () => {
  const { key, id, team } = await invite();
  const { status, body } = await createBy(key, { label: "pr-1" });
  expect(status).toBe(201);
  const listed = await asOperator("GET", `/sandboxes?team=${team}`);
  expect(listed.body.sandboxes).toEqual([
    expect.objectContaining({ id: body.id, label: "pr-1", team, invitation: id }),
  ]);
});

test.each([
  ["nothing", {}],
  ["settings", { settings: { signatures: "required" } }],
])("a team's sandbox that begins with %s is in the list once, as the team's", async (_, body) => {
  const { key, team } = await invite();
  const label = crypto.randomUUID().slice(0, 8);
  expect((await createBy(key, { ...body, label })).status).toBe(201);
  const listed = async () => (await asOperator("GET", `/sandboxes?label=${label}`)).body.sandboxes;
  // Once it has told the registry itself, what it stores is known.
  await expect
    .poll(async () => (await listed()).find((one: { bytes: number }) => one.bytes > 0))
    .toBeDefined();
  expect(await listed()).toEqual([expect.objectContaining({ label, team })]);
});

test("an invitation's key also names the team where everyone may create sandboxes", async () => {
  const { key, team } = await invite();
  const Authorization = `Bearer ${key}`;
  const { body } = await request("POST", "/_sandbox/sandboxes", {}, { Authorization });
  const { body: found } = await asOperator("GET", `/sandboxes/${body.id}`);
  expect(found.team).toBe(team);
});

test("the key is shown once, and its text is stored nowhere", async () => {
  const invitation = createdInvitationSchema.parse(await invite({ sandboxes: 3, requestsPerDay: 10 }));
  const { body } = await asOperator("GET", "/invitations");
  const { key, ...shown } = invitation;
  expect(invitationsSchema.parse(body).invitations).toContainEqual(shown);
  expect(JSON.stringify(body)).not.toContain(key.split(".")[2]);
});

test("a revoked or expired invitation creates none, and its sandboxes stay", async () => {
  const revoked = await invite();
  const { body: sandbox } = await createBy(revoked.key);
  expect((await asOperator("DELETE", `/invitations/${revoked.id}`)).status).toBe(204);
  expect(await createBy(revoked.key)).toMatchObject({
    status: 403,
    body: { detail: "This invitation was revoked." },
  });
  expect((await asOperator("GET", `/sandboxes/${sandbox.id}`)).status).toBe(200);

  const expiring = await invite({ expiresAt: new Date(Date.now() + 100).toISOString() });
  await expect.poll(async () => (await createBy(expiring.key)).status).toBe(403);
  expect((await asOperator("DELETE", "/invitations/nothing")).status).toBe(404);
});

test("an invitation allows as many living sandboxes as it says; a deleted one makes room", async () => {
  const { key } = await invite({ sandboxes: 2 });
  const [first, second, third] = [await createBy(key), await createBy(key), await createBy(key)];
  expect([first.status, second.status, third.status]).toEqual([201, 201, 409]);
  const Authorization = `Bearer ${first.body.controlToken}`;
  const path = `/_sandbox/sandboxes/${first.body.id}`;
  expect((await request("DELETE", path, undefined, { Authorization })).status).toBe(204);
  expect((await createBy(key)).status).toBe(201);
});

test("a sandbox whose snapshot is refused takes no place, and is in no list", async () => {
  const { key, team } = await invite({ sandboxes: 1 });
  const many = { configs: Array.from({ length: 501 }, (_, i) => ({ function: `f${i}` })) };
  expect((await createBy(key, { snapshot: many })).status).toBe(409);
  expect((await asOperator("GET", `/sandboxes?team=${team}`)).body.sandboxes).toEqual([]);
  expect((await createBy(key)).status).toBe(201);
});

test.each([
  ["no team", { team: undefined }, "team must be 1 to 64 characters"],
  ["a team with spaces at its ends", { team: " a" }, "without spaces at its ends"],
  ["a team of 65 characters", { team: "a".repeat(65) }, "1 to 64 characters"],
  ["a past expiry", { expiresAt: "2020-01-01T00:00:00Z" }, "expiresAt must be later than now"],
  ["no sandboxes", { sandboxes: 0 }, "from 1 to"],
  ["half a request", { requestsPerDay: 0.5 }, "a whole number"],
  ["an unknown item", { quota: 1 }, "must not have quota"],
])("an invitation with %s is 400", async (_, given, wanted) => {
  const { status, body } = await asOperator("POST", "/invitations", { team: "team", ...given });
  expect([status, body.detail]).toEqual([400, expect.stringContaining(wanted)]);
});

test("one invitation more than a shard of the registry may have is 409", async () => {
  const shards = registryShards(env);
  const inShards = (statement: string) =>
    Promise.all(
      shards.map((shard) =>
        runInDurableObject(shard, (_: RegistryObject, { storage }) => storage.sql.exec(statement).toArray()),
      ),
    );
  for (const shard of shards) await shard.addInvitation("full", { team: "full" });
  await inShards(
    `WITH RECURSIVE numbers (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < 999)
     INSERT INTO invitations SELECT 'full ' || n, 'full', 0, 0, NULL, NULL, NULL, 0, '2020-01-01', 0, 0 FROM numbers`,
  );
  try {
    const { status, body } = await asOperator("POST", "/invitations", { team: "team" });
    expect([status, body.detail]).toEqual([409, "There are too many invitations."]);
  } finally {
    await inShards("DELETE FROM invitations WHERE team = 'full'");
  }
  expect((await asOperator("POST", "/invitations", { team: "team" })).status).toBe(201);
});

test("a forged key asks no object, and creating a sandbox by a key asks one of the registry", async () => {
  const calls: string[] = [];
  const { key } = await invite();
  const variables = { ...noting(calls), CREATION: "invited" as const };
  const create = (Authorization: string) =>
    requestWith(variables, "POST", "/_sandbox/sandboxes", {}, { Authorization });
  await create("Bearer invitation.aaaaaaaaaaaaaaaa.wrong");
  expect(calls).toEqual([]);
  await create(`Bearer ${key}`);
  expect(calls).toEqual(["REGISTRY.admit", "SANDBOX.adopt"]);
});

test("an invitation by a former root secret is good as long as such credentials are accepted", async () => {
  const { key } = await invite();
  const create = (variables: object) =>
    requestWith(
      { ...variables, CREATION: "invited" },
      "POST",
      "/_sandbox/sandboxes",
      {},
      {
        Authorization: `Bearer ${key}`,
      },
    );
  const rotated = { ROOT_SECRET: "a new root secret", PREVIOUS_ROOT_SECRETS: `older ${env.ROOT_SECRET}` };
  expect((await create({ ROOT_SECRET: "a new root secret" })).status).toBe(403);
  expect((await create(rotated)).status).toBe(201);
  expect((await create({ ...rotated, PREVIOUS_CREDENTIALS: "refused" })).status).toBe(403);
});
