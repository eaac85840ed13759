import { expect, test } from "vitest";
import type { OperationName } from "../../src/fc/operations.ts";
import { servedSandbox } from "../program.ts";
import { drivers, type Given } from "./adapters/drive.ts";
import { TOPIC } from "./fixtures.ts";
import { fc2Client, fc20230330Client, fc20230330 as sdk } from "./sdks.ts";

// The calls that the component fc3 of Serverless Devs makes by @alicloud/fc20230330, in its order. Its source at 4ca1c1b
// says them: src/subCommands/{deploy,info,plan,remove}. A deployment of code from a directory uploads it to a bucket of
// the cloud first; that of code in a bucket, or of an image, does not.
const url = await servedSandbox();
const [fc2, , fc3] = drivers.map((driver) => driver(url));
if (!fc2 || !fc3) throw new Error("each version of the API has a driver");

const code = { zipFile: "UEsFBgAAAAAAAAAAAAAAAAAAAAAAAA==" };
const report: Given = { function: "report" };
const config = { maxAsyncRetryAttempts: 1, destinationConfig: { onFailure: { destination: TOPIC } } };
const client = fc20230330Client(url);

/** The error of a call, which the component decides on. */
const refused = (operation: OperationName, given: Given) => fc3.refusal(fc3.drive(operation, given));

/** The component takes any error for "there is none". The sandbox does not have these two operations. */
async function expectNoLimits(): Promise<void> {
  const none = { code: "PathNotSupported" };
  const latest = new sdk.GetScalingConfigRequest({ qualifier: "LATEST" });
  await expect(client.getScalingConfig("report", latest)).rejects.toMatchObject(none);
  await expect(client.getConcurrencyConfig("report")).rejects.toMatchObject(none);
}

/** What `s deploy` reads first: any error means that there is nothing there. */
async function readBeforeDeploy(): Promise<void> {
  expect((await fc3?.drive("ListVpcBindings", report))?.body).toEqual({ vpcIds: [] });
  await expectNoLimits();
}

test("s deploy of a new function reads what is there, creates the function and puts its config", async () => {
  expect(await refused("GetFunction", report)).toMatchObject({ code: "FunctionNotFound", statusCode: 404 });
  expect(await refused("GetAsyncInvokeConfig", { ...report, qualifier: "LATEST" })).toMatchObject({
    code: "AsyncConfigNotExists",
  });
  await readBeforeDeploy();

  expect(await refused("GetFunction", report)).toMatchObject({ code: "FunctionNotFound" });
  const image = "registry.cn-hangzhou.aliyuncs.com/shop/report:1";
  const body = {
    runtime: "custom-container",
    handler: "handler",
    customContainerConfig: { image, port: 9000 },
  };
  await fc3.drive("CreateFunction", { body: { functionName: "report", ...body } });
  // It reads the function until this is so.
  expect((await fc3.drive("GetFunction", report)).body).toMatchObject({
    state: "Active",
    lastUpdateStatus: "Successful",
  });
  await fc3.drive("PutAsyncInvokeConfig", { ...report, qualifier: "LATEST", body: config });

  // What the deployment shows at the end, as `s info` does.
  expect((await fc3.drive("GetFunction", report)).body).toMatchObject(body);
  expect((await fc3.drive("GetAsyncInvokeConfig", { ...report, qualifier: "LATEST" })).body).toMatchObject(
    config,
  );
});

test("s deploy of a function that is there updates it", async () => {
  await fc3.drive("GetFunction", report);
  await fc3.drive("GetAsyncInvokeConfig", { ...report, qualifier: "LATEST" });
  await readBeforeDeploy();
  await fc3.drive("GetFunction", report);
  await fc3.drive("UpdateFunction", { ...report, body: { memorySize: 1024, cpu: 0.5 } });
  expect((await fc3.drive("GetFunction", report)).body).toMatchObject({ state: "Active", memorySize: 1024 });
});

test("a creation of a function that is there says so, and the component updates it", async () => {
  const body = { functionName: "report", runtime: "nodejs16", handler: "index.handler", code };
  expect(await refused("CreateFunction", { body })).toMatchObject({ code: "FunctionAlreadyExists" });
});

test("s version publish, s alias publish: a version, and an alias that is created or updated", async () => {
  const { body: version } = await fc3.drive("PublishFunctionVersion", {
    ...report,
    body: { description: "" },
  });
  const latest = await fc3.drive("ListFunctionVersions", { ...report, query: { limit: 1 } });
  expect(latest.body.versions).toMatchObject([{ versionId: version.versionId }]);
  const alias = { ...report, alias: "prod" };
  expect(await refused("GetAlias", alias)).toMatchObject({ code: "AliasNotFound" });
  const body = { aliasName: "prod", versionId: version.versionId };
  await fc3.drive("CreateAlias", { ...report, body });
  await fc3.drive("GetAlias", alias);
  await fc3.drive("UpdateAlias", { ...alias, body: { versionId: version.versionId, description: "live" } });
});

test("s remove lists what the function has, and deletes configs, aliases, versions and the function", async () => {
  await fc3.drive("GetFunction", report);
  expect((await fc3.drive("ListVpcBindings", report)).body.vpcIds).toEqual([]);
  const ofReport = { functionName: "report", limit: 100 };
  expect((await fc3.drive("ListScalingConfigs", { query: ofReport })).body.scalingConfigs).toEqual([]);
  await expect(client.getConcurrencyConfig("report")).rejects.toMatchObject({ code: "PathNotSupported" });
  const { aliases } = (await fc3.drive("ListAliases", report)).body;
  const { versions } = (await fc3.drive("ListFunctionVersions", { ...report, query: { limit: 100 } })).body;
  expect((await fc3.drive("ListTriggers", { ...report, query: { limit: 10 } })).body.triggers).toEqual([]);
  const { configs } = (await fc3.drive("ListAsyncInvokeConfigs", { query: ofReport })).body;
  expect([aliases.length, versions.length, configs.length]).toEqual([1, 1, 1]);

  // The component takes the qualifier from the ARN.
  const [{ functionArn }] = configs;
  await fc3.drive("DeleteAsyncInvokeConfig", { ...report, qualifier: functionArn.split("/")[2] ?? "LATEST" });
  for (const { aliasName } of aliases) await fc3.drive("DeleteAlias", { ...report, alias: aliasName });
  for (const { versionId } of versions)
    await fc3.drive("DeleteFunctionVersion", { ...report, version: versionId });
  await fc3.drive("DeleteFunction", report);
  // A second `s remove` stops here.
  expect(await refused("GetFunction", report)).toMatchObject({ code: "FunctionNotFound" });
});

test("a deployment of what the sandbox does not have gets PathNotSupported", async () => {
  const latest = { qualifier: "LATEST" };
  const calls = [
    () =>
      client.createTrigger("report", new sdk.CreateTriggerRequest({ body: new sdk.CreateTriggerInput({}) })),
    () => client.putProvisionConfig("report", new sdk.PutProvisionConfigRequest(latest)),
    () => client.putScalingConfig("report", new sdk.PutScalingConfigRequest(latest)),
    () => client.putConcurrencyConfig("report", new sdk.PutConcurrencyConfigRequest({})),
    () => client.createVpcBinding("report", new sdk.CreateVpcBindingRequest({})),
    () => client.tagResources(new sdk.TagResourcesRequest({ body: new sdk.TagResourceInput({}) })),
  ];
  for (const call of calls) await expect(call()).rejects.toMatchObject({ code: "PathNotSupported" });
  // Before it uploads code, the component asks for a bucket of the cloud.
  await expect(fc2Client(url).getTempBucketToken()).rejects.toMatchObject({ code: "PathNotSupported" });
});

// An older component, for FC 2.0, makes these calls by @alicloud/fc2.
test("s deploy in FC 2.0 updates the service that it can't create, and creates the function that it can't update", async () => {
  const serviceItems = {
    description: "",
    logConfig: { project: "", logstore: "", enableRequestMetrics: false, enableInstanceMetrics: false },
    nasConfig: { mountPoints: [], userId: -1, groupId: -1 },
    vpcConfig: { vswitchIds: [], securityGroupId: "", vpcId: "" },
    tracingConfig: {},
  };
  const service = { serviceName: "shop", ...serviceItems };
  await fc2.drive("CreateService", { body: service });
  expect(await fc2.refusal(fc2.drive("CreateService", { body: service }))).toMatchObject({
    code: "ServiceAlreadyExists",
  });
  await fc2.drive("UpdateService", { service: "shop", body: serviceItems });

  const it = { service: "shop", function: "report" };
  const body = {
    runtime: "nodejs16",
    handler: "index.handler",
    code,
    instanceLifecycleConfig: { preFreeze: { handler: "" }, preStop: { handler: "" } },
  };
  expect(await fc2.refusal(fc2.drive("UpdateFunction", { ...it, body }))).toMatchObject({
    code: "FunctionNotFound",
  });
  await fc2.drive("CreateFunction", { ...it, body: { functionName: "report", ...body } });
  await fc2.drive("UpdateFunction", { ...it, body });

  expect(await fc2.refusal(fc2.drive("DeleteAsyncInvokeConfig", it))).toMatchObject({
    code: "AsyncConfigNotExists",
  });
  await fc2.drive("PutAsyncInvokeConfig", { ...it, body: config });
  await fc2.drive("DeleteAsyncInvokeConfig", it);
  await fc2.drive("PutAsyncInvokeConfig", { ...it, body: config });
  expect((await fc2.drive("GetAsyncInvokeConfig", it)).body).toMatchObject({ maxAsyncRetryAttempts: 1 });

  await fc2.drive("DeleteFunction", it);
  await fc2.drive("DeleteService", { service: "shop" });
});
