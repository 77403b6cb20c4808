/** The functions of ROS that the templates use: Ref, Fn::GetAtt and Fn::Sub. Another one is an error. */
type Values = Readonly<Record<string, string>>;

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The one function of a map such as `{ Ref: name }`, or null. */
function functionOf(value: unknown): readonly [string, unknown] | null {
  if (!isMap(value)) return null;
  const [entry, ...more] = Object.entries(value);
  if (entry === undefined || more.length > 0) return null;
  return entry[0] === 'Ref' || entry[0].startsWith('Fn::') ? entry : null;
}

function subOf(argument: unknown): readonly [string, Readonly<Record<string, unknown>>] {
  if (typeof argument === 'string') return [argument, {}];
  const [text, values] = argument as [unknown, unknown];
  if (typeof text !== 'string' || !isMap(values)) throw new Error('Fn::Sub takes a text and a map');
  return [text, values];
}

/** What stands for parameters, resources and their attributes (`Name.Attribute`) filled in. */
export function evaluate(value: unknown, given: Values): unknown {
  const called = functionOf(value);
  if (called !== null) return call(called[0], called[1], given);
  if (Array.isArray(value)) return value.map((item) => evaluate(item, given));
  if (!isMap(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, evaluate(item, given)]));
}

function call(name: string, argument: unknown, given: Values): string {
  if (name === 'Ref') return valueOf(String(argument), given);
  if (name === 'Fn::GetAtt') return valueOf((argument as string[]).join('.'), given);
  if (name !== 'Fn::Sub') throw new Error(`${name} is not known here`);
  const [text, values] = subOf(argument);
  return text.replace(/\$\{([\w:.]+)\}/g, (_whole, place: string) =>
    place in values ? String(evaluate(values[place], given)) : valueOf(place, given),
  );
}

function valueOf(place: string, given: Values): string {
  const value = given[place];
  if (value === undefined) throw new Error(`nothing is known of ${place}`);
  return value;
}

export interface Reference {
  readonly name: string;
  readonly attribute: string | null;
}

/** All that a part of a template refers to. */
export function referencesOf(value: unknown): readonly Reference[] {
  const called = functionOf(value);
  if (called !== null) return referencesOfCall(called[0], called[1]);
  if (Array.isArray(value)) return value.flatMap(referencesOf);
  return isMap(value) ? Object.values(value).flatMap(referencesOf) : [];
}

function referencesOfCall(name: string, argument: unknown): readonly Reference[] {
  if (name === 'Ref') return [{ name: String(argument), attribute: null }];
  if (name === 'Fn::GetAtt') {
    const [resource = '', attribute = ''] = argument as string[];
    return [{ name: resource, attribute }];
  }
  const [text, values] = subOf(argument);
  const places = [...text.matchAll(/\$\{([\w:.]+)\}/g)].map(([, place = '']) => place);
  const outside = places.filter((place) => !(place in values));
  return [...outside.map((place) => ({ name: place, attribute: null })), ...referencesOf(values)];
}
