export { DoctorModule } from './doctor.module.js';
