import { SqliteBench } from '../fakes/sqlite-bench';
import { storeContract } from './store-contract';

storeContract('the store of the product', () => new SqliteBench());
