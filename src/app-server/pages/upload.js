import { onSubmit, upload } from '/pages/page.js';

onSubmit(upload);
