import { app } from "./app.ts";

export { FunctionObject } from "./objects/function/object.ts";
export { RegistryObject } from "./objects/registry/object.ts";
export { SandboxObject } from "./objects/sandbox/object.ts";

export default app;
