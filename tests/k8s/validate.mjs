// Holds Kubernetes objects against schemas that allow no field they do not know:
// validate.mjs SCHEMA < OBJECTS (a JSON list). Prints a line for each fault; exit 1 then.
import {readFileSync} from 'node:fs';
import {Ajv} from 'ajv';

const schema = JSON.parse(readFileSync(process.argv[2], 'utf8'));
const ajv = new Ajv({strict: false, allErrors: true}).addSchema(schema, 'k8s');
let faults = 0;

function tell(object, what) {
  faults += 1;
  console.log(`${object.kind} ${object.metadata?.name}: ${what}`);
}

for (const object of JSON.parse(readFileSync(0, 'utf8'))) {
  const known = object.kind in schema.definitions;
  const validate = known && ajv.getSchema(`k8s#/definitions/${object.kind}`);
  if (!validate) {
    tell(object, 'a kind without a schema: add it to types.ts');
  } else if (!validate(object)) {
    for (const error of validate.errors) {
      const name = error.params.additionalProperty ?? '';
      tell(object, `${error.instancePath} ${error.message} ${name}`.trim());
    }
  }
}
process.exit(faults > 0 ? 1 : 0);
