import { expect, test } from "vitest";
import { servedSandbox } from "../program.ts";
import { newFunction, QUEUE, TOPIC } from "./fixtures.ts";
import { fc2Client, fc20230330, fc20230330Client, fcOpen20210406, fcOpen20210406Client } from "./sdks.ts";

const sandbox = await servedSandbox();
const fc2 = fc2Client(sandbox);
const fc2021 = fcOpen20210406Client(sandbox);
const fc2023 = fc20230330Client(sandbox);

function get2021(name: string, qualifier?: string) {
  const request = new fcOpen20210406.GetFunctionAsyncInvokeConfigRequest({ qualifier });
  return fc2021.getFunctionAsyncInvokeConfig("shop", name, request);
}

test("what fc2 puts fc-open20210406 gets", async () => {
  const name = newFunction();
  const { data } = await fc2.putFunctionAsyncConfig("shop", name, "prod", {
    maxAsyncRetryAttempts: 1,
    destinationConfig: { onFailure: { destination: TOPIC } },
  });
  expect((await get2021(name, "prod")).body.toMap()).toEqual({
    service: "shop",
    function: name,
    qualifier: "prod",
    createdTime: data.createdTime,
    lastModifiedTime: data.lastModifiedTime,
    destinationConfig: { onFailure: { destination: TOPIC } },
    maxAsyncRetryAttempts: 1,
  });
});

test("what fc-open20210406 puts fc2 gets, lists and deletes", async () => {
  const name = newFunction();
  const onSuccess = new fcOpen20210406.Destination({ destination: QUEUE });
  await fc2021.putFunctionAsyncInvokeConfig(
    "shop",
    name,
    new fcOpen20210406.PutFunctionAsyncInvokeConfigRequest({
      qualifier: "7",
      statefulInvocation: true,
      destinationConfig: new fcOpen20210406.DestinationConfig({ onSuccess }),
    }),
  );
  const { data } = await fc2.getFunctionAsyncConfig("shop", name, "7");
  expect(data).toMatchObject({
    qualifier: "7",
    statefulInvocation: true,
    destinationConfig: { onSuccess: { destination: QUEUE }, onFailure: null },
  });
  expect((await fc2.listFunctionAsyncConfigs("shop", name)).data.configs).toEqual([data]);
  await fc2.deleteFunctionAsyncConfig("shop", name, "7");
  await expect(get2021(name, "7")).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
});

test("fc2 and fc-open20210406 put parts of one config", async () => {
  const name = newFunction();
  await fc2.putFunctionAsyncConfig("shop", name, "", { maxAsyncRetryAttempts: 1 });
  const request = new fcOpen20210406.PutFunctionAsyncInvokeConfigRequest({ maxAsyncEventAgeInSeconds: 60 });
  await fc2021.putFunctionAsyncInvokeConfig("shop", name, request);
  expect((await fc2.getFunctionAsyncConfig("shop", name)).data).toMatchObject({
    maxAsyncRetryAttempts: 1,
    maxAsyncEventAgeInSeconds: 60,
  });
});

test("fc20230330 does not see the configs of functions in a service", async () => {
  const name = newFunction();
  await fc2.putFunctionAsyncConfig("shop", name, "", { maxAsyncRetryAttempts: 1 });
  const get = fc2023.getAsyncInvokeConfig(name, new fc20230330.GetAsyncInvokeConfigRequest({}));
  await expect(get).rejects.toMatchObject({ code: "AsyncConfigNotExists" });
  for (const functionName of [name, undefined]) {
    const request = new fc20230330.ListAsyncInvokeConfigsRequest({ functionName, limit: 100 });
    const { body } = await fc2023.listAsyncInvokeConfigs(request);
    expect(body?.configs?.filter(({ functionArn }) => functionArn?.includes(`/${name}`))).toEqual([]);
  }
});

test("what fc20230330 puts for a function changes nothing for its namesake in a service", async () => {
  const name = newFunction();
  const { data } = await fc2.putFunctionAsyncConfig("shop", name, "", { maxAsyncRetryAttempts: 1 });
  const body = new fc20230330.PutAsyncInvokeConfigInput({ maxAsyncRetryAttempts: 5 });
  await fc2023.putAsyncInvokeConfig(name, new fc20230330.PutAsyncInvokeConfigRequest({ body }));
  await fc2023.deleteAsyncInvokeConfig(name, new fc20230330.DeleteAsyncInvokeConfigRequest({}));
  expect((await fc2.getFunctionAsyncConfig("shop", name)).data).toEqual(data);
});
