import { z } from 'zod';

// The page's policy forbids eval. Zod tries it as soon as a schema of an object is made and the refusal would be
// logged, so this module comes before any that makes one.
z.config({ jitless: true });
