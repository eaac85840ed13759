/** The JSON schemas of HAR 1.2, which refer to each other. The package has no types of its own. */
declare module "har-schema" {
  const schemas: Readonly<Record<string, object>>;
  export default schemas;
}
