CREATE TABLE alembic_version (
	version_num VARCHAR(32) NOT NULL, 
	CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num)
);
insert into alembic_version values ('dc11669786a5');
CREATE TABLE "experiments" (
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	artifact_location VARCHAR(256), 
	lifecycle_stage VARCHAR(32), 
	creation_time BIGINT, 
	last_update_time BIGINT, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT experiment_pk PRIMARY KEY (experiment_id), 
	CONSTRAINT experiments_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT uq_experiments_workspace_name UNIQUE (workspace, name)
);
insert into experiments values (0, 'Default', 'mlflow-artifacts:/0', 'active', 1795493676622, 1795493676622, 'default');
insert into experiments values (1, 'churn', 'mlflow-artifacts:/1', 'active', 1795493782135, 1795493782135, 'default');
insert into experiments values (2, 'scratch', 'mlflow-artifacts:/2', 'deleted', 1795493885773, 1795493885807, 'default');
CREATE TABLE "runs" (
	run_uuid VARCHAR(32) NOT NULL, 
	name VARCHAR(250), 
	source_type VARCHAR(20), 
	source_name VARCHAR(500), 
	entry_point_name VARCHAR(50), 
	user_id VARCHAR(256), 
	status VARCHAR(9), 
	start_time BIGINT, 
	end_time BIGINT, 
	source_version VARCHAR(50), 
	lifecycle_stage VARCHAR(20), 
	artifact_uri VARCHAR(200), 
	experiment_id INTEGER, deleted_time BIGINT, 
	CONSTRAINT run_pk PRIMARY KEY (run_uuid), 
	CONSTRAINT source_type CHECK (source_type IN ('NOTEBOOK', 'JOB', 'LOCAL', 'UNKNOWN', 'PROJECT')), 
	CONSTRAINT runs_lifecycle_stage CHECK (lifecycle_stage IN ('active', 'deleted')), 
	FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CHECK (status IN ('SCHEDULED', 'FAILED', 'FINISHED', 'RUNNING', 'KILLED'))
);
insert into runs values ('859c7d8aaa1f4bc9b9000e6fb1d6f545', 'search', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493784386, 1795493833813, '', 'active', 'mlflow-artifacts:/1/859c7d8aaa1f4bc9b9000e6fb1d6f545/artifacts', 1, NULL);
insert into runs values ('ab30657966c142ffa70ad1678cc13e98', 'depth-3', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493784511, 1795493800868, '', 'active', 'mlflow-artifacts:/1/ab30657966c142ffa70ad1678cc13e98/artifacts', 1, NULL);
insert into runs values ('df1557ae42b545398b088b42981d602b', 'depth-5', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493801042, 1795493817889, '', 'active', 'mlflow-artifacts:/1/df1557ae42b545398b088b42981d602b/artifacts', 1, NULL);
insert into runs values ('11a4af9f816f40a893ba258b7f03dcf8', 'depth-7', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493817949, 1795493833709, '', 'active', 'mlflow-artifacts:/1/11a4af9f816f40a893ba258b7f03dcf8/artifacts', 1, NULL);
insert into runs values ('623a8c4b11074ff6bf7ffa0af5d19bf7', 'final', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493834632, 1795493852222, '', 'active', 'mlflow-artifacts:/1/623a8c4b11074ff6bf7ffa0af5d19bf7/artifacts', 1, NULL);
insert into runs values ('ed3c459995b44e8b9996db4b079f2b9a', 'to-onnx', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493852308, 1795493863151, '', 'active', 'mlflow-artifacts:/1/ed3c459995b44e8b9996db4b079f2b9a/artifacts', 1, NULL);
insert into runs values ('af2ea82b143c4d92ae0bff550a38ab03', 'prune', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493863195, 1795493875087, '', 'active', 'mlflow-artifacts:/1/af2ea82b143c4d92ae0bff550a38ab03/artifacts', 1, NULL);
insert into runs values ('4634879b100649f6830a8b0222a71362', 'legacy-artifact', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493875196, 1795493884613, '', 'active', 'mlflow-artifacts:/1/4634879b100649f6830a8b0222a71362/artifacts', 1, NULL);
insert into runs values ('6c7e02c091414ac5ba3b9e57cda38f74', 'broken', 'UNKNOWN', '', '', 'root', 'FAILED', 1795493885421, 1795493885468, '', 'active', 'mlflow-artifacts:/1/6c7e02c091414ac5ba3b9e57cda38f74/artifacts', 1, NULL);
insert into runs values ('7e72c1b7f86641e5942c176048e7da4e', 'mistake', 'UNKNOWN', '', '', 'root', 'FINISHED', 1795493885522, 1795493885601, '', 'deleted', 'mlflow-artifacts:/1/7e72c1b7f86641e5942c176048e7da4e/artifacts', 1, 1795493885671);
insert into runs values ('5a103f4254df48de9ecb65d6dd607e8e', 'still-running', 'UNKNOWN', '', '', 'unknown', 'RUNNING', 1795493885829, NULL, '', 'active', 'mlflow-artifacts:/1/5a103f4254df48de9ecb65d6dd607e8e/artifacts', 1, NULL);
CREATE TABLE "params" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000) NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT param_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
insert into params values ('search', 'grid', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into params values ('n_estimators', '30', 'ab30657966c142ffa70ad1678cc13e98');
insert into params values ('max_depth', '3', 'ab30657966c142ffa70ad1678cc13e98');
insert into params values ('random_state', '7', 'ab30657966c142ffa70ad1678cc13e98');
insert into params values ('n_estimators', '30', 'df1557ae42b545398b088b42981d602b');
insert into params values ('max_depth', '5', 'df1557ae42b545398b088b42981d602b');
insert into params values ('random_state', '7', 'df1557ae42b545398b088b42981d602b');
insert into params values ('n_estimators', '30', '11a4af9f816f40a893ba258b7f03dcf8');
insert into params values ('max_depth', '7', '11a4af9f816f40a893ba258b7f03dcf8');
insert into params values ('random_state', '7', '11a4af9f816f40a893ba258b7f03dcf8');
insert into params values ('n_estimators', '60', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into params values ('max_depth', '5', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into params values ('random_state', '7', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into params values ('feature_version', '3', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into params values ('format', 'onnx', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into params values ('opset', '1', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into params values ('keep_trees', '10', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into params values ('x', '1', '7e72c1b7f86641e5942c176048e7da4e');
CREATE TABLE "tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(8000), 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT tag_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid)
);
insert into tags values ('mlflow.user', 'root', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.source.type', 'LOCAL', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.source.git.branch', 'main', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('feature_set', 'churn_features@3', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('docker.image', 'registry.example.org/churn-train@sha256:abababababababababababababababababababababababababababababababab', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.note.content', 'grid over depth', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.runName', 'search', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.user', 'root', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.source.type', 'LOCAL', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.source.git.branch', 'main', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('feature_set', 'churn_features@3', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('docker.image', 'registry.example.org/churn-train@sha256:abababababababababababababababababababababababababababababababab', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.parentRunId', '859c7d8aaa1f4bc9b9000e6fb1d6f545', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.runName', 'depth-3', 'ab30657966c142ffa70ad1678cc13e98');
insert into tags values ('mlflow.user', 'root', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.source.type', 'LOCAL', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.source.git.branch', 'main', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('feature_set', 'churn_features@3', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('docker.image', 'registry.example.org/churn-train@sha256:abababababababababababababababababababababababababababababababab', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.parentRunId', '859c7d8aaa1f4bc9b9000e6fb1d6f545', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.runName', 'depth-5', 'df1557ae42b545398b088b42981d602b');
insert into tags values ('mlflow.user', 'root', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('mlflow.source.type', 'LOCAL', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('mlflow.source.git.branch', 'main', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('feature_set', 'churn_features@3', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('docker.image', 'registry.example.org/churn-train@sha256:abababababababababababababababababababababababababababababababab', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('mlflow.parentRunId', '859c7d8aaa1f4bc9b9000e6fb1d6f545', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('mlflow.runName', 'depth-7', '11a4af9f816f40a893ba258b7f03dcf8');
insert into tags values ('best_child_run_id', 'df1557ae42b545398b088b42981d602b', '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into tags values ('mlflow.user', 'root', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('mlflow.source.type', 'LOCAL', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('mlflow.source.git.branch', 'main', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('feature_set', 'churn_features@3', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('docker.image', 'registry.example.org/churn-train@sha256:abababababababababababababababababababababababababababababababab', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('search_run_id', '859c7d8aaa1f4bc9b9000e6fb1d6f545', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('mlflow.runName', 'final', '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into tags values ('mlflow.user', 'root', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.source.type', 'LOCAL', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.source.git.branch', 'main', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('feature_set', 'churn_features@3', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('docker.image', 'registry.example.org/churn-train@sha256:abababababababababababababababababababababababababababababababab', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('derivation', 'onnx-quantized', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.parentRunId', '623a8c4b11074ff6bf7ffa0af5d19bf7', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.runName', 'to-onnx', 'ed3c459995b44e8b9996db4b079f2b9a');
insert into tags values ('mlflow.user', 'root', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('mlflow.source.type', 'LOCAL', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('mlflow.source.git.branch', 'main', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('feature_set', 'churn_features@3', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('docker.image', 'registry.example.org/churn-train@sha256:abababababababababababababababababababababababababababababababab', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('derivation', 'pruned', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('mlflow.runName', 'prune', 'af2ea82b143c4d92ae0bff550a38ab03');
insert into tags values ('mlflow.user', 'root', '4634879b100649f6830a8b0222a71362');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', '4634879b100649f6830a8b0222a71362');
insert into tags values ('mlflow.source.type', 'LOCAL', '4634879b100649f6830a8b0222a71362');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', '4634879b100649f6830a8b0222a71362');
insert into tags values ('mlflow.source.git.branch', 'main', '4634879b100649f6830a8b0222a71362');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', '4634879b100649f6830a8b0222a71362');
insert into tags values ('mlflow.runName', 'legacy-artifact', '4634879b100649f6830a8b0222a71362');
insert into tags values ('mlflow.user', 'root', '6c7e02c091414ac5ba3b9e57cda38f74');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', '6c7e02c091414ac5ba3b9e57cda38f74');
insert into tags values ('mlflow.source.type', 'LOCAL', '6c7e02c091414ac5ba3b9e57cda38f74');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', '6c7e02c091414ac5ba3b9e57cda38f74');
insert into tags values ('mlflow.source.git.branch', 'main', '6c7e02c091414ac5ba3b9e57cda38f74');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', '6c7e02c091414ac5ba3b9e57cda38f74');
insert into tags values ('mlflow.runName', 'broken', '6c7e02c091414ac5ba3b9e57cda38f74');
insert into tags values ('mlflow.user', 'root', '7e72c1b7f86641e5942c176048e7da4e');
insert into tags values ('mlflow.source.name', 'src/train_mlflow.py', '7e72c1b7f86641e5942c176048e7da4e');
insert into tags values ('mlflow.source.type', 'LOCAL', '7e72c1b7f86641e5942c176048e7da4e');
insert into tags values ('mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16', '7e72c1b7f86641e5942c176048e7da4e');
insert into tags values ('mlflow.source.git.branch', 'main', '7e72c1b7f86641e5942c176048e7da4e');
insert into tags values ('mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git', '7e72c1b7f86641e5942c176048e7da4e');
insert into tags values ('mlflow.runName', 'mistake', '7e72c1b7f86641e5942c176048e7da4e');
insert into tags values ('mlflow.runName', 'still-running', '5a103f4254df48de9ecb65d6dd607e8e');
CREATE TABLE "metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	step BIGINT DEFAULT '0' NOT NULL, 
	is_nan BOOLEAN DEFAULT '0' NOT NULL, 
	CONSTRAINT metric_pk PRIMARY KEY ("key", timestamp, step, run_uuid, value, is_nan), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
insert into metrics values ('valid_auc', 8.63206459054209895853e-01, 1795493784993, 'ab30657966c142ffa70ad1678cc13e98', 10, 0);
insert into metrics values ('valid_auc', 8.84429065743944642363e-01, 1795493785152, 'ab30657966c142ffa70ad1678cc13e98', 20, 0);
insert into metrics values ('valid_auc', 9.04844290657439431768e-01, 1795493785325, 'ab30657966c142ffa70ad1678cc13e98', 30, 0);
insert into metrics values ('auc', 9.04844290657439431768e-01, 1795493800664, 'ab30657966c142ffa70ad1678cc13e98', 30, 0);
insert into metrics values ('valid_auc', 0.915916955017301, 1795493801765, 'df1557ae42b545398b088b42981d602b', 10, 0);
insert into metrics values ('valid_auc', 9.20299884659746214587e-01, 1795493802136, 'df1557ae42b545398b088b42981d602b', 20, 0);
insert into metrics values ('valid_auc', 9.22376009227220294839e-01, 1795493802502, 'df1557ae42b545398b088b42981d602b', 30, 0);
insert into metrics values ('auc', 9.22376009227220294839e-01, 1795493817778, 'df1557ae42b545398b088b42981d602b', 30, 0);
insert into metrics values ('valid_auc', 8.96424452133794735786e-01, 1795493818357, '11a4af9f816f40a893ba258b7f03dcf8', 10, 0);
insert into metrics values ('valid_auc', 0.907035755478662, 1795493818512, '11a4af9f816f40a893ba258b7f03dcf8', 20, 0);
insert into metrics values ('valid_auc', 9.09573241061130244311e-01, 1795493818828, '11a4af9f816f40a893ba258b7f03dcf8', 30, 0);
insert into metrics values ('auc', 9.09573241061130244311e-01, 1795493833539, '11a4af9f816f40a893ba258b7f03dcf8', 30, 0);
insert into metrics values ('best_valid_auc', 9.22376009227220294839e-01, 1795493833796, '859c7d8aaa1f4bc9b9000e6fb1d6f545', 0, 0);
insert into metrics values ('test_accuracy', 0.85, 1795493852144, '623a8c4b11074ff6bf7ffa0af5d19bf7', 0, 0);
insert into metrics values ('test_auc', 9.13421765796605278353e-01, 1795493852144, '623a8c4b11074ff6bf7ffa0af5d19bf7', 0, 0);
insert into metrics values ('size_bytes', 113907.0, 1795493863130, 'ed3c459995b44e8b9996db4b079f2b9a', 0, 0);
insert into metrics values ('test_accuracy', 8.38888888888888906159e-01, 1795493874910, 'af2ea82b143c4d92ae0bff550a38ab03', 0, 0);
insert into metrics values ('test_auc', 9.14420196833547360704e-01, 1795493874910, 'af2ea82b143c4d92ae0bff550a38ab03', 0, 0);
CREATE TABLE "latest_metrics" (
	"key" VARCHAR(250) NOT NULL, 
	value FLOAT NOT NULL, 
	timestamp BIGINT, 
	step BIGINT NOT NULL, 
	is_nan BOOLEAN NOT NULL, 
	run_uuid VARCHAR(32) NOT NULL, 
	CONSTRAINT latest_metric_pk PRIMARY KEY ("key", run_uuid), 
	FOREIGN KEY(run_uuid) REFERENCES runs (run_uuid), 
	CHECK (is_nan IN (0, 1))
);
insert into latest_metrics values ('valid_auc', 9.04844290657439431768e-01, 1795493785325, 30, 0, 'ab30657966c142ffa70ad1678cc13e98');
insert into latest_metrics values ('auc', 9.04844290657439431768e-01, 1795493800664, 30, 0, 'ab30657966c142ffa70ad1678cc13e98');
insert into latest_metrics values ('valid_auc', 9.22376009227220294839e-01, 1795493802502, 30, 0, 'df1557ae42b545398b088b42981d602b');
insert into latest_metrics values ('auc', 9.22376009227220294839e-01, 1795493817778, 30, 0, 'df1557ae42b545398b088b42981d602b');
insert into latest_metrics values ('valid_auc', 9.09573241061130244311e-01, 1795493818828, 30, 0, '11a4af9f816f40a893ba258b7f03dcf8');
insert into latest_metrics values ('auc', 9.09573241061130244311e-01, 1795493833539, 30, 0, '11a4af9f816f40a893ba258b7f03dcf8');
insert into latest_metrics values ('best_valid_auc', 9.22376009227220294839e-01, 1795493833796, 0, 0, '859c7d8aaa1f4bc9b9000e6fb1d6f545');
insert into latest_metrics values ('test_accuracy', 0.85, 1795493852144, 0, 0, '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into latest_metrics values ('test_auc', 9.13421765796605278353e-01, 1795493852144, 0, 0, '623a8c4b11074ff6bf7ffa0af5d19bf7');
insert into latest_metrics values ('size_bytes', 113907.0, 1795493863130, 0, 0, 'ed3c459995b44e8b9996db4b079f2b9a');
insert into latest_metrics values ('test_accuracy', 8.38888888888888906159e-01, 1795493874910, 0, 0, 'af2ea82b143c4d92ae0bff550a38ab03');
insert into latest_metrics values ('test_auc', 9.14420196833547360704e-01, 1795493874910, 0, 0, 'af2ea82b143c4d92ae0bff550a38ab03');
CREATE TABLE "datasets" (
	dataset_uuid VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	digest VARCHAR(36) NOT NULL, 
	dataset_source_type VARCHAR(36) NOT NULL, 
	dataset_source TEXT NOT NULL, 
	dataset_schema TEXT, 
	dataset_profile TEXT, 
	CONSTRAINT dataset_pk PRIMARY KEY (experiment_id, name, digest), 
	CONSTRAINT fk_datasets_experiment_id_experiments FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
insert into datasets values ('1ba82236c112451796a6311d543a53f2', 1, 'churn_features', 'f44815dc', 'local', '{"uri": "data/features/train.csv"}', '{"mlflow_colspec": [{"type": "double", "name": "tenure", "required": true}, {"type": "double", "name": "monthly", "required": true}, {"type": "double", "name": "calls", "required": true}, {"type": "double", "name": "contract_month", "required": true}, {"type": "double", "name": "spend", "required": true}, {"type": "long", "name": "churn", "required": true}]}', '{"num_rows": 584, "num_elements": 3504}');
insert into datasets values ('ce823362c72b469db3b6def2d823dc2c', 1, 'churn_features', 'b7ca4a23', 'local', '{"uri": "data/features/valid.csv"}', '{"mlflow_colspec": [{"type": "double", "name": "tenure", "required": true}, {"type": "double", "name": "monthly", "required": true}, {"type": "double", "name": "calls", "required": true}, {"type": "double", "name": "contract_month", "required": true}, {"type": "double", "name": "spend", "required": true}, {"type": "long", "name": "churn", "required": true}]}', '{"num_rows": 136, "num_elements": 816}');
insert into datasets values ('dc01a3c1fb5e4d34a85b0f98acd60b09', 1, 'churn_test_np', 'a777a300', 'code', '{"tags": {"mlflow.user": "root", "mlflow.source.name": "src/train_mlflow.py", "mlflow.source.type": "LOCAL", "mlflow.source.git.commit": "a59e582a94cd07257338b732375cd31e0ef36e16", "mlflow.source.git.branch": "main", "mlflow.source.git.repoURL": "https://git.example.org/acme/churn.git"}}', '{"mlflow_tensorspec": {"features": "[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"float64\", \"shape\": [-1, 5]}}]", "targets": "[{\"type\": \"tensor\", \"tensor-spec\": {\"dtype\": \"int64\", \"shape\": [-1]}}]"}}', '{"features_shape": [180, 5], "features_size": 900, "features_nbytes": 7200, "targets_shape": [180], "targets_size": 180, "targets_nbytes": 1440}');
insert into datasets values ('3eedebefcae44ee285cae9a6e5b854a4', 1, 'churn_features', '73182310', 'local', '{"uri": "data/features/test.csv"}', '{"mlflow_colspec": [{"type": "double", "name": "tenure", "required": true}, {"type": "double", "name": "monthly", "required": true}, {"type": "double", "name": "calls", "required": true}, {"type": "double", "name": "contract_month", "required": true}, {"type": "double", "name": "spend", "required": true}, {"type": "long", "name": "churn", "required": true}]}', '{"num_rows": 180, "num_elements": 1080}');
CREATE TABLE inputs (
	input_uuid VARCHAR(36) NOT NULL, 
	source_type VARCHAR(36) NOT NULL, 
	source_id VARCHAR(36) NOT NULL, 
	destination_type VARCHAR(36) NOT NULL, 
	destination_id VARCHAR(36) NOT NULL, step BIGINT DEFAULT '0' NOT NULL, 
	CONSTRAINT inputs_pk PRIMARY KEY (source_type, source_id, destination_type, destination_id)
);
insert into inputs values ('30c52c8e515449e68bbd3461b467e8b1', 'DATASET', '1ba82236c112451796a6311d543a53f2', 'RUN', '859c7d8aaa1f4bc9b9000e6fb1d6f545', 0);
insert into inputs values ('f2530deeae5f4704b9c890f6c32bd306', 'DATASET', '1ba82236c112451796a6311d543a53f2', 'RUN', 'ab30657966c142ffa70ad1678cc13e98', 0);
insert into inputs values ('4ad9b4dbb9534c27ac78959d8be08ef6', 'DATASET', 'ce823362c72b469db3b6def2d823dc2c', 'RUN', 'ab30657966c142ffa70ad1678cc13e98', 0);
insert into inputs values ('fa40a3b742cc4db58599c0a7b286793f', 'RUN_OUTPUT', 'ab30657966c142ffa70ad1678cc13e98', 'MODEL_OUTPUT', 'm-bc55bd58ab0e4860b8a021202eb23cad', 30);
insert into inputs values ('c5e6e6f6742a43c48fb0eb0915caa61c', 'DATASET', '1ba82236c112451796a6311d543a53f2', 'RUN', 'df1557ae42b545398b088b42981d602b', 0);
insert into inputs values ('984b05bee3b14633a576d07a19727cc0', 'DATASET', 'ce823362c72b469db3b6def2d823dc2c', 'RUN', 'df1557ae42b545398b088b42981d602b', 0);
insert into inputs values ('f1a6ffdc321c499a95ee8df12f143b0b', 'RUN_OUTPUT', 'df1557ae42b545398b088b42981d602b', 'MODEL_OUTPUT', 'm-b42a73c3ae424385bd4c6e237bace740', 30);
insert into inputs values ('f20f1bf83bf74ca98f2e2c04e3219b33', 'DATASET', '1ba82236c112451796a6311d543a53f2', 'RUN', '11a4af9f816f40a893ba258b7f03dcf8', 0);
insert into inputs values ('ec0a8ca1734a452983ec7cdcf9985b64', 'DATASET', 'ce823362c72b469db3b6def2d823dc2c', 'RUN', '11a4af9f816f40a893ba258b7f03dcf8', 0);
insert into inputs values ('07e71d3f3d07420eb6579c26f80832db', 'RUN_OUTPUT', '11a4af9f816f40a893ba258b7f03dcf8', 'MODEL_OUTPUT', 'm-e4182b282f094d18b281ccd63185c0ab', 30);
insert into inputs values ('1219cd48ac9b481fa6fa3436670f2964', 'DATASET', '1ba82236c112451796a6311d543a53f2', 'RUN', '623a8c4b11074ff6bf7ffa0af5d19bf7', 0);
insert into inputs values ('1ca13f65a09443b1b97aa2da8fca90c0', 'DATASET', 'ce823362c72b469db3b6def2d823dc2c', 'RUN', '623a8c4b11074ff6bf7ffa0af5d19bf7', 0);
insert into inputs values ('d715a5e493e842ffad4a56e814b84ca5', 'DATASET', 'dc01a3c1fb5e4d34a85b0f98acd60b09', 'RUN', '623a8c4b11074ff6bf7ffa0af5d19bf7', 0);
insert into inputs values ('2a92ee4f5bf94c3f9b34f2055f2ce0a2', 'DATASET', '3eedebefcae44ee285cae9a6e5b854a4', 'RUN', '623a8c4b11074ff6bf7ffa0af5d19bf7', 0);
insert into inputs values ('9201f5511bb345c5a359abc2552f9dd9', 'RUN_OUTPUT', '623a8c4b11074ff6bf7ffa0af5d19bf7', 'MODEL_OUTPUT', 'm-a8f364a39ffb4ae5b3d71672f23444a3', 0);
insert into inputs values ('fbf44c959b48416ea35752d9dcb53d97', 'RUN_INPUT', 'ed3c459995b44e8b9996db4b079f2b9a', 'MODEL_INPUT', 'm-a8f364a39ffb4ae5b3d71672f23444a3', 0);
insert into inputs values ('dd458937b13249de9dcef7bf05f8f76e', 'RUN_OUTPUT', 'ed3c459995b44e8b9996db4b079f2b9a', 'MODEL_OUTPUT', 'm-952a266ab3f24499ba37b10b079d52fb', 0);
insert into inputs values ('5d4f374d1fd74b16b78af3fc9d743588', 'RUN_INPUT', 'af2ea82b143c4d92ae0bff550a38ab03', 'MODEL_INPUT', 'm-a8f364a39ffb4ae5b3d71672f23444a3', 0);
insert into inputs values ('f6e5bab3ca69460cad2d92b76c3ee5b7', 'DATASET', '3eedebefcae44ee285cae9a6e5b854a4', 'RUN', 'af2ea82b143c4d92ae0bff550a38ab03', 0);
insert into inputs values ('5affbec4d2044e96b82e8045542060df', 'RUN_OUTPUT', 'af2ea82b143c4d92ae0bff550a38ab03', 'MODEL_OUTPUT', 'm-43c311678bb948edacfd5d2289b8508b', 0);
CREATE TABLE input_tags (
	input_uuid VARCHAR(36) NOT NULL, 
	name VARCHAR(255) NOT NULL, 
	value VARCHAR(500) NOT NULL, 
	CONSTRAINT input_tags_pk PRIMARY KEY (input_uuid, name)
);
insert into input_tags values ('30c52c8e515449e68bbd3461b467e8b1', 'mlflow.data.context', 'training');
insert into input_tags values ('f2530deeae5f4704b9c890f6c32bd306', 'mlflow.data.context', 'training');
insert into input_tags values ('4ad9b4dbb9534c27ac78959d8be08ef6', 'mlflow.data.context', 'validation');
insert into input_tags values ('c5e6e6f6742a43c48fb0eb0915caa61c', 'mlflow.data.context', 'training');
insert into input_tags values ('984b05bee3b14633a576d07a19727cc0', 'mlflow.data.context', 'validation');
insert into input_tags values ('f20f1bf83bf74ca98f2e2c04e3219b33', 'mlflow.data.context', 'training');
insert into input_tags values ('ec0a8ca1734a452983ec7cdcf9985b64', 'mlflow.data.context', 'validation');
insert into input_tags values ('1219cd48ac9b481fa6fa3436670f2964', 'mlflow.data.context', 'training');
insert into input_tags values ('1ca13f65a09443b1b97aa2da8fca90c0', 'mlflow.data.context', 'training');
insert into input_tags values ('d715a5e493e842ffad4a56e814b84ca5', 'mlflow.data.context', 'test');
insert into input_tags values ('2a92ee4f5bf94c3f9b34f2055f2ce0a2', 'mlflow.data.context', 'test');
insert into input_tags values ('f6e5bab3ca69460cad2d92b76c3ee5b7', 'mlflow.data.context', 'test');
CREATE TABLE logged_models (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	name VARCHAR(500) NOT NULL, 
	artifact_location VARCHAR(1000) NOT NULL, 
	creation_timestamp_ms BIGINT NOT NULL, 
	last_updated_timestamp_ms BIGINT NOT NULL, 
	status INTEGER NOT NULL, 
	lifecycle_stage VARCHAR(32), 
	model_type VARCHAR(500), 
	source_run_id VARCHAR(32), 
	status_message VARCHAR(1000), 
	CONSTRAINT logged_models_pk PRIMARY KEY (model_id), 
	CONSTRAINT logged_models_lifecycle_stage_check CHECK (lifecycle_stage IN ('active', 'deleted')), 
	CONSTRAINT fk_logged_models_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id) ON DELETE CASCADE
);
insert into logged_models values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'model', 'mlflow-artifacts:/1/models/m-bc55bd58ab0e4860b8a021202eb23cad/artifacts', 1795493785413, 1795493800525, 2, 'active', '', 'ab30657966c142ffa70ad1678cc13e98', NULL);
insert into logged_models values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'model', 'mlflow-artifacts:/1/models/m-b42a73c3ae424385bd4c6e237bace740/artifacts', 1795493802706, 1795493817725, 2, 'active', '', 'df1557ae42b545398b088b42981d602b', NULL);
insert into logged_models values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'model', 'mlflow-artifacts:/1/models/m-e4182b282f094d18b281ccd63185c0ab/artifacts', 1795493818925, 1795493833410, 2, 'active', '', '11a4af9f816f40a893ba258b7f03dcf8', NULL);
insert into logged_models values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'model', 'mlflow-artifacts:/1/models/m-a8f364a39ffb4ae5b3d71672f23444a3/artifacts', 1795493835666, 1795493851790, 2, 'active', '', '623a8c4b11074ff6bf7ffa0af5d19bf7', NULL);
insert into logged_models values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'model-onnx', 'mlflow-artifacts:/1/models/m-952a266ab3f24499ba37b10b079d52fb/artifacts', 1795493854955, 1795493862917, 2, 'active', '', 'ed3c459995b44e8b9996db4b079f2b9a', NULL);
insert into logged_models values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'model', 'mlflow-artifacts:/1/models/m-43c311678bb948edacfd5d2289b8508b/artifacts', 1795493863512, 1795493874661, 2, 'active', '', 'af2ea82b143c4d92ae0bff550a38ab03', NULL);
CREATE TABLE logged_model_tags (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	tag_key VARCHAR(255) NOT NULL, 
	tag_value TEXT NOT NULL, 
	CONSTRAINT logged_model_tags_pk PRIMARY KEY (model_id, tag_key), 
	CONSTRAINT fk_logged_model_tags_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_tags_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
insert into logged_model_tags values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'mlflow.user', 'root');
insert into logged_model_tags values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'mlflow.source.name', 'src/train_mlflow.py');
insert into logged_model_tags values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'mlflow.source.type', 'LOCAL');
insert into logged_model_tags values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16');
insert into logged_model_tags values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'mlflow.source.git.branch', 'main');
insert into logged_model_tags values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git');
insert into logged_model_tags values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'role', 'candidate');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'mlflow.user', 'root');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'mlflow.source.name', 'src/train_mlflow.py');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'mlflow.source.type', 'LOCAL');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'mlflow.source.git.branch', 'main');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'role', 'candidate');
insert into logged_model_tags values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'mlflow.user', 'root');
insert into logged_model_tags values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'mlflow.source.name', 'src/train_mlflow.py');
insert into logged_model_tags values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'mlflow.source.type', 'LOCAL');
insert into logged_model_tags values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16');
insert into logged_model_tags values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'mlflow.source.git.branch', 'main');
insert into logged_model_tags values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git');
insert into logged_model_tags values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'role', 'candidate');
insert into logged_model_tags values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'mlflow.modelVersions', '[{"name": "churn", "version": 1}, {"name": "churn", "version": "1"}]');
insert into logged_model_tags values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'mlflow.user', 'root');
insert into logged_model_tags values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'mlflow.source.name', 'src/train_mlflow.py');
insert into logged_model_tags values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'mlflow.source.type', 'LOCAL');
insert into logged_model_tags values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16');
insert into logged_model_tags values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'mlflow.source.git.branch', 'main');
insert into logged_model_tags values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git');
insert into logged_model_tags values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'mlflow.modelVersions', '[{"name": "churn", "version": 2}, {"name": "churn", "version": "2"}]');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'mlflow.user', 'root');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'mlflow.source.name', 'src/train_mlflow.py');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'mlflow.source.type', 'LOCAL');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'mlflow.source.git.branch', 'main');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'base_model_id', 'm-a8f364a39ffb4ae5b3d71672f23444a3');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'relation', 'converted');
insert into logged_model_tags values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'mlflow.modelVersions', '[{"name": "churn-onnx", "version": 1}, {"name": "churn-onnx", "version": "1"}]');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'mlflow.user', 'root');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'mlflow.source.name', 'src/train_mlflow.py');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'mlflow.source.type', 'LOCAL');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'mlflow.source.git.commit', 'a59e582a94cd07257338b732375cd31e0ef36e16');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'mlflow.source.git.branch', 'main');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'mlflow.source.git.repoURL', 'https://git.example.org/acme/churn.git');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'base_model_id', 'm-a8f364a39ffb4ae5b3d71672f23444a3');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'relation', 'pruned');
insert into logged_model_tags values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'mlflow.modelVersions', '[{"name": "churn-pruned", "version": 1}, {"name": "churn-pruned", "version": "1"}]');
CREATE TABLE logged_model_params (
	model_id VARCHAR(36) NOT NULL, 
	experiment_id INTEGER NOT NULL, 
	param_key VARCHAR(255) NOT NULL, 
	param_value TEXT NOT NULL, 
	CONSTRAINT logged_model_params_pk PRIMARY KEY (model_id, param_key), 
	CONSTRAINT fk_logged_model_params_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_params_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE
);
insert into logged_model_params values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'n_estimators', '30');
insert into logged_model_params values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'max_depth', '3');
insert into logged_model_params values ('m-bc55bd58ab0e4860b8a021202eb23cad', 1, 'random_state', '7');
insert into logged_model_params values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'n_estimators', '30');
insert into logged_model_params values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'max_depth', '5');
insert into logged_model_params values ('m-b42a73c3ae424385bd4c6e237bace740', 1, 'random_state', '7');
insert into logged_model_params values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'n_estimators', '30');
insert into logged_model_params values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'max_depth', '7');
insert into logged_model_params values ('m-e4182b282f094d18b281ccd63185c0ab', 1, 'random_state', '7');
insert into logged_model_params values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'n_estimators', '60');
insert into logged_model_params values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'max_depth', '5');
insert into logged_model_params values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'random_state', '7');
insert into logged_model_params values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 1, 'feature_version', '3');
insert into logged_model_params values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'source_model_uri', 'models:/m-a8f364a39ffb4ae5b3d71672f23444a3');
insert into logged_model_params values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'format', 'onnx');
insert into logged_model_params values ('m-952a266ab3f24499ba37b10b079d52fb', 1, 'opset', '1');
insert into logged_model_params values ('m-43c311678bb948edacfd5d2289b8508b', 1, 'keep_trees', '10');
CREATE TABLE logged_model_metrics (
	model_id VARCHAR(36) NOT NULL, 
	metric_name VARCHAR(500) NOT NULL, 
	metric_timestamp_ms BIGINT NOT NULL, 
	metric_step BIGINT NOT NULL, 
	metric_value FLOAT, 
	experiment_id INTEGER NOT NULL, 
	run_id VARCHAR(32) NOT NULL, 
	dataset_uuid VARCHAR(36), 
	dataset_name VARCHAR(500), 
	dataset_digest VARCHAR(36), 
	CONSTRAINT logged_model_metrics_pk PRIMARY KEY (model_id, metric_name, metric_timestamp_ms, metric_step, run_id), 
	CONSTRAINT fk_logged_model_metrics_experiment_id FOREIGN KEY(experiment_id) REFERENCES experiments (experiment_id), 
	CONSTRAINT fk_logged_model_metrics_model_id FOREIGN KEY(model_id) REFERENCES logged_models (model_id) ON DELETE CASCADE, 
	CONSTRAINT fk_logged_model_metrics_run_id FOREIGN KEY(run_id) REFERENCES runs (run_uuid) ON DELETE CASCADE
);
insert into logged_model_metrics values ('m-bc55bd58ab0e4860b8a021202eb23cad', 'valid_auc', 1795493785325, 30, 9.04844290657439431768e-01, 1, 'ab30657966c142ffa70ad1678cc13e98', NULL, NULL, NULL);
insert into logged_model_metrics values ('m-bc55bd58ab0e4860b8a021202eb23cad', 'auc', 1795493800664, 30, 9.04844290657439431768e-01, 1, 'ab30657966c142ffa70ad1678cc13e98', NULL, 'churn_features', 'b7ca4a23');
insert into logged_model_metrics values ('m-b42a73c3ae424385bd4c6e237bace740', 'valid_auc', 1795493802502, 30, 9.22376009227220294839e-01, 1, 'df1557ae42b545398b088b42981d602b', NULL, NULL, NULL);
insert into logged_model_metrics values ('m-b42a73c3ae424385bd4c6e237bace740', 'auc', 1795493817778, 30, 9.22376009227220294839e-01, 1, 'df1557ae42b545398b088b42981d602b', NULL, 'churn_features', 'b7ca4a23');
insert into logged_model_metrics values ('m-e4182b282f094d18b281ccd63185c0ab', 'valid_auc', 1795493818828, 30, 9.09573241061130244311e-01, 1, '11a4af9f816f40a893ba258b7f03dcf8', NULL, NULL, NULL);
insert into logged_model_metrics values ('m-e4182b282f094d18b281ccd63185c0ab', 'auc', 1795493833539, 30, 9.09573241061130244311e-01, 1, '11a4af9f816f40a893ba258b7f03dcf8', NULL, 'churn_features', 'b7ca4a23');
insert into logged_model_metrics values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 'test_accuracy', 1795493852144, 0, 0.85, 1, '623a8c4b11074ff6bf7ffa0af5d19bf7', NULL, 'churn_features', '73182310');
insert into logged_model_metrics values ('m-a8f364a39ffb4ae5b3d71672f23444a3', 'test_auc', 1795493852144, 0, 9.13421765796605278353e-01, 1, '623a8c4b11074ff6bf7ffa0af5d19bf7', NULL, 'churn_features', '73182310');
insert into logged_model_metrics values ('m-952a266ab3f24499ba37b10b079d52fb', 'size_bytes', 1795493863130, 0, 113907.0, 1, 'ed3c459995b44e8b9996db4b079f2b9a', NULL, NULL, NULL);
insert into logged_model_metrics values ('m-43c311678bb948edacfd5d2289b8508b', 'test_accuracy', 1795493874910, 0, 8.38888888888888906159e-01, 1, 'af2ea82b143c4d92ae0bff550a38ab03', NULL, 'churn_features', '73182310');
insert into logged_model_metrics values ('m-43c311678bb948edacfd5d2289b8508b', 'test_auc', 1795493874910, 0, 9.14420196833547360704e-01, 1, 'af2ea82b143c4d92ae0bff550a38ab03', NULL, 'churn_features', '73182310');
CREATE TABLE "registered_models" (
	name VARCHAR(256) NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_pk PRIMARY KEY (workspace, name)
);
insert into registered_models values ('churn', 1795493834032, 1795493885743, '', 'default');
insert into registered_models values ('churn-onnx', 1795493862965, 1795493862999, '', 'default');
insert into registered_models values ('churn-pruned', 1795493874698, 1795493874729, '', 'default');
insert into registered_models values ('churn-legacy', 1795493884741, 1795493884788, 'pre-MLflow-3 style', 'default');
insert into registered_models values ('prod.churn', 1795493885264, 1795493885305, '', 'default');
CREATE TABLE "model_versions" (
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	creation_time BIGINT, 
	last_updated_time BIGINT, 
	description VARCHAR(5000), 
	user_id VARCHAR(256), 
	current_stage VARCHAR(20), 
	source VARCHAR(500), 
	run_id VARCHAR(32), 
	status VARCHAR(20), 
	status_message VARCHAR(500), 
	run_link VARCHAR(500), 
	storage_location VARCHAR(500), 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT model_version_pk PRIMARY KEY (workspace, name, version), 
	CONSTRAINT fk_model_versions_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
);
insert into model_versions values ('churn', 1, 1795493834267, 1795493885127, '', NULL, 'Archived', 'models:/m-b42a73c3ae424385bd4c6e237bace740', 'df1557ae42b545398b088b42981d602b', 'READY', NULL, '', 'mlflow-artifacts:/1/models/m-b42a73c3ae424385bd4c6e237bace740/artifacts', 'default');
insert into model_versions values ('churn', 2, 1795493851901, 1795493885182, '', NULL, 'Production', 'models:/m-a8f364a39ffb4ae5b3d71672f23444a3', '623a8c4b11074ff6bf7ffa0af5d19bf7', 'READY', NULL, '', 'mlflow-artifacts:/1/models/m-a8f364a39ffb4ae5b3d71672f23444a3/artifacts', 'default');
insert into model_versions values ('churn-onnx', 1, 1795493862999, 1795493862999, '', NULL, 'None', 'models:/m-952a266ab3f24499ba37b10b079d52fb', 'ed3c459995b44e8b9996db4b079f2b9a', 'READY', NULL, '', 'mlflow-artifacts:/1/models/m-952a266ab3f24499ba37b10b079d52fb/artifacts', 'default');
insert into model_versions values ('churn-pruned', 1, 1795493874729, 1795493874729, '', NULL, 'None', 'models:/m-43c311678bb948edacfd5d2289b8508b', 'af2ea82b143c4d92ae0bff550a38ab03', 'READY', NULL, '', 'mlflow-artifacts:/1/models/m-43c311678bb948edacfd5d2289b8508b/artifacts', 'default');
insert into model_versions values ('churn-legacy', 1, 1795493884788, 1795493884788, '', NULL, 'None', 'runs:/4634879b100649f6830a8b0222a71362/legacy_model', '4634879b100649f6830a8b0222a71362', 'READY', NULL, '', 'runs:/4634879b100649f6830a8b0222a71362/legacy_model', 'default');
insert into model_versions values ('prod.churn', 1, 1795493885305, 1795493885305, '', NULL, 'None', 'models:/churn/2', '623a8c4b11074ff6bf7ffa0af5d19bf7', 'READY', NULL, '', 'mlflow-artifacts:/1/models/m-a8f364a39ffb4ae5b3d71672f23444a3/artifacts', 'default');
insert into model_versions values ('churn', 3, 1795493885702, 1795493885743, NULL, NULL, 'Deleted_Internal', 'REDACTED-SOURCE-PATH', 'REDACTED-RUN-ID', 'READY', NULL, 'REDACTED-RUN-LINK', 'runs:/4634879b100649f6830a8b0222a71362/legacy_model', 'default');
CREATE TABLE "registered_model_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value VARCHAR(5000), 
	name VARCHAR(256) NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_tag_pk PRIMARY KEY (workspace, "key", name), 
	CONSTRAINT fk_registered_model_tags_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON UPDATE CASCADE
);
insert into registered_model_tags values ('owner', 'ops', 'churn-legacy', 'default');
CREATE TABLE "model_version_tags" (
	"key" VARCHAR(250) NOT NULL, 
	value TEXT, 
	name VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT model_version_tag_pk PRIMARY KEY (workspace, "key", name, version), 
	CONSTRAINT fk_model_version_tags_model_versions FOREIGN KEY(workspace, name, version) REFERENCES model_versions (workspace, name, version) ON UPDATE CASCADE
);
insert into model_version_tags values ('validated', 'yes', 'churn', 1, 'default');
insert into model_version_tags values ('base_model_id', 'm-a8f364a39ffb4ae5b3d71672f23444a3', 'churn-onnx', 1, 'default');
insert into model_version_tags values ('relation', 'converted', 'churn-onnx', 1, 'default');
insert into model_version_tags values ('base_model_id', 'm-a8f364a39ffb4ae5b3d71672f23444a3', 'churn-pruned', 1, 'default');
insert into model_version_tags values ('relation', 'pruned', 'churn-pruned', 1, 'default');
insert into model_version_tags values ('deployed_to', 'prod-eu/churn-scorer', 'churn', 2, 'default');
insert into model_version_tags values ('git_tag', 'v2.0', 'churn', 2, 'default');
insert into model_version_tags values ('deployed_to', 'prod-eu/churn-scorer', 'prod.churn', 1, 'default');
insert into model_version_tags values ('git_tag', 'v2.0', 'prod.churn', 1, 'default');
CREATE TABLE "registered_model_aliases" (
	alias VARCHAR(256) NOT NULL, 
	version INTEGER NOT NULL, 
	name VARCHAR(256) NOT NULL, 
	workspace VARCHAR(63) DEFAULT 'default' NOT NULL, 
	CONSTRAINT registered_model_alias_pk PRIMARY KEY (workspace, name, alias), 
	CONSTRAINT fk_registered_model_aliases_registered_models FOREIGN KEY(workspace, name) REFERENCES registered_models (workspace, name) ON DELETE CASCADE ON UPDATE CASCADE
);
insert into registered_model_aliases values ('challenger', 1, 'churn', 'default');
insert into registered_model_aliases values ('champion', 2, 'churn', 'default');
insert into registered_model_aliases values ('champion', 1, 'prod.churn', 'default');
