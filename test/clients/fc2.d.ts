/** The part of @alicloud/fc2, which has no types of its own, that the tests use. */
declare module "@alicloud/fc2" {
  export interface AsyncConfigOptions {
    maxAsyncEventAgeInSeconds?: number;
    maxAsyncRetryAttempts?: number;
    statefulInvocation?: boolean;
    destinationConfig?: { onSuccess?: { destination: string }; onFailure?: { destination: string } };
  }

  export interface AsyncConfig {
    serviceName: string;
    functionName: string;
    service: string;
    function: string;
    qualifier: string;
    createdTime: string;
    lastModifiedTime: string;
    destinationConfig: {
      onSuccess: { destination: string } | null;
      onFailure: { destination: string } | null;
    };
    maxAsyncEventAgeInSeconds: number;
    maxAsyncRetryAttempts: number;
    statefulInvocation: boolean;
  }

  export interface Answer<T> {
    headers: Record<string, string>;
    data: T;
  }

  export default class Client {
    constructor(
      accountId: string,
      config: { accessKeyID: string; accessKeySecret: string; region: string; endpoint: string },
    );
    getTempBucketToken(): Promise<Answer<object>>;
    putFunctionAsyncConfig(
      service: string,
      functionName: string,
      qualifier?: string,
      options?: AsyncConfigOptions,
    ): Promise<Answer<AsyncConfig>>;
    getFunctionAsyncConfig(
      service: string,
      functionName: string,
      qualifier?: string,
    ): Promise<Answer<AsyncConfig>>;
    deleteFunctionAsyncConfig(
      service: string,
      functionName: string,
      qualifier?: string,
    ): Promise<Answer<string>>;
    listFunctionAsyncConfigs(
      service: string,
      functionName: string,
      options?: { limit?: number; nextToken?: string | undefined },
    ): Promise<Answer<{ configs: AsyncConfig[]; nextToken?: string }>>;
  }
}
