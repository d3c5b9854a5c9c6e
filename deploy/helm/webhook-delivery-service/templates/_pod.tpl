{{- /*
A Deployment of the service. Takes a dict: root, component, file (of the program), values (of the component),
isAutoscaled, drainSeconds.
*/ -}}
{{- define "webhooks.deployment" -}}
{{- $root := .root -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "webhooks.fullname" $root }}-{{ .component }}
  labels:
    {{- include "webhooks.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .component }}
spec:
  {{- if not .isAutoscaled }}
  replicas: {{ .values.replicas }}
  {{- end }}
  strategy:
    rollingUpdate: { maxSurge: 1, maxUnavailable: 0 }
  selector:
    matchLabels:
      {{- include "webhooks.selector" $root | nindent 6 }}
      app.kubernetes.io/component: {{ .component }}
  template:
    metadata:
      labels:
        {{- include "webhooks.labels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ .component }}
      annotations:
        # Processes read their settings once, so that a change must replace the pods.
        checksum/settings: {{ toJson (list $root.Values.settings $root.Values.secrets) | sha256sum }}
        {{- with .values.podAnnotations }}
        {{- toYaml . | nindent 8 }}
        {{- end }}
    spec:
      # SHUTDOWN_TIMEOUT, SHUTDOWN_DRAIN of an API, 4 s to close everything else, and some to spare.
      terminationGracePeriodSeconds: {{ add (int $root.Values.settings.SHUTDOWN_TIMEOUT) (int .drainSeconds) 10 }}
      serviceAccountName: {{ include "webhooks.serviceAccount" $root }}
      {{- include "webhooks.podBasics" $root | nindent 6 }}
      containers:
        - name: {{ .component }}
          {{- include "webhooks.containerBasics" $root | nindent 10 }}
          command: [node, dist/src/{{ .file }}.js]
          env:
            - { name: PORT, value: '8000' }
            - { name: ADMIN_PORT, value: '9000' }
            {{- if eq .component "worker" }}
            # Only an API needs the first key.
            - { name: BOOTSTRAP_API_KEY, value: '' }
            {{- end }}
          envFrom:
            - configMapRef: { name: {{ include "webhooks.fullname" $root }} }
            - secretRef: { name: {{ include "webhooks.secret" $root }} }
          ports:
            {{- if ne .component "worker" }}
            - { name: http, containerPort: 8000 }
            {{- end }}
            - { name: admin, containerPort: 9000 }
          startupProbe:
            {{- toYaml $root.Values.startupProbe | nindent 12 }}
          livenessProbe:
            {{- toYaml $root.Values.livenessProbe | nindent 12 }}
          readinessProbe:
            {{- toYaml $root.Values.readinessProbe | nindent 12 }}
          resources:
            {{- toYaml .values.resources | nindent 12 }}
      {{- if .values.affinity }}
      affinity:
        {{- toYaml .values.affinity | nindent 8 }}
      {{- else }}
      topologySpreadConstraints:
        {{- range $key := list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ $key }}
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels:
              {{- include "webhooks.selector" $root | nindent 14 }}
              app.kubernetes.io/component: {{ $.component }}
        {{- end }}
      {{- end }}
      {{- with .values.nodeSelector }}
      nodeSelector:
        {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with .values.tolerations }}
      tolerations:
        {{- toYaml . | nindent 8 }}
      {{- end }}
{{- end -}}

{{- define "webhooks.podBasics" -}}
{{- with .Values.image.pullSecrets -}}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{ end -}}
automountServiceAccountToken: false
# Keeps variables for each Service of the namespace, such as REDIS_PORT, away from the settings.
enableServiceLinks: false
securityContext:
  {{- toYaml .Values.podSecurityContext | nindent 2 }}
{{- end -}}

{{- define "webhooks.containerBasics" -}}
image: {{ include "webhooks.image" . }}
imagePullPolicy: {{ .Values.image.pullPolicy }}
securityContext:
  {{- toYaml .Values.containerSecurityContext | nindent 2 }}
{{- end -}}
