import { expect } from "vitest";
import { FUNCTION, REQUEST_ID } from "../fixtures.ts";
import { fcOpen20210406Client, fcOpen20210406 as sdk } from "../sdks.ts";
import { type Adapter, bodyOf, type Destinations, errorOf, setDestinations } from "./adapter.ts";

const destination = (name: string | undefined) =>
  name === undefined ? undefined : new sdk.Destination({ destination: name });

const destinationConfigOf = ({ onSuccess, onFailure }: Destinations) =>
  new sdk.DestinationConfig({ onSuccess: destination(onSuccess), onFailure: destination(onFailure) });

export function fcOpen20210406(url: string): Adapter {
  const client = fcOpen20210406Client(url);
  return {
    sdk: "@alicloud/fc-open20210406",
    async refusal(request) {
      // The request ID is in `message` and in `data`, the API's own message in `data`.
      const { code, message, statusCode, data } = await errorOf(request);
      expect(data).toEqual({
        Code: code,
        Message: expect.any(String),
        RequestId: expect.stringMatching(REQUEST_ID),
        statusCode,
      });
      expect(message).toBe(`${code}: code: ${statusCode}, ${data.Message} request id: ${data.RequestId}`);
      return { code, statusCode, message: data.Message };
    },
    configs: {
      put(name, { stateful: statefulInvocation, destinationConfig, ...items } = {}, qualifier) {
        const request = new sdk.PutFunctionAsyncInvokeConfigRequest({
          ...items,
          statefulInvocation,
          qualifier,
          destinationConfig: destinationConfig && destinationConfigOf(destinationConfig),
        });
        return bodyOf(client.putFunctionAsyncInvokeConfig("shop", name, request));
      },
      get(name, qualifier) {
        const request = new sdk.GetFunctionAsyncInvokeConfigRequest({ qualifier });
        return bodyOf(client.getFunctionAsyncInvokeConfig("shop", name, request));
      },
      async remove(name, qualifier) {
        const request = new sdk.DeleteFunctionAsyncInvokeConfigRequest({ qualifier });
        return (await client.deleteFunctionAsyncInvokeConfig("shop", name, request)).statusCode;
      },
      list(name, options) {
        const request = new sdk.ListFunctionAsyncInvokeConfigsRequest(options);
        return bodyOf(client.listFunctionAsyncInvokeConfigs("shop", name, request));
      },
      deleted: 204,
      identity: (name, qualifier = "LATEST") => ({ service: "shop", function: name, qualifier }),
      // It leaves out what the API says is null.
      destinations: setDestinations,
      unset: {},
      lastPage: (configs) => ({ configs }),
      destinationsRule: "merge",
      functionDestination: FUNCTION,
      statefulItem: "statefulInvocation",
      maxEventAgeSeconds: 604_800,
      invalidNames: ["1st-report", "monthly report", "report/monthly", "报告"],
    },
  };
}
