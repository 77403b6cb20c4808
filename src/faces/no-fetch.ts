/** Stands for `node-fetch` in the bundle: nothing here ever asks the network. */
const refuse = (): never => {
  throw new Error('The face detector does not use the network.');
};
export { refuse as default };
