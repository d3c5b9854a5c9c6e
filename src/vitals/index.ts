export { VitalsModule } from './vitals.module.js';
export { VitalsReviewModule } from './review.module.js';
