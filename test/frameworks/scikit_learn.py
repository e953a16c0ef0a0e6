import numpy as np
from skl2onnx import to_onnx
from sklearn.ensemble import RandomForestClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

import landfall

features = np.random.default_rng(1).standard_normal((200, 5)).astype(np.float32)
classes = (features.sum(1) > 0).astype(np.int64)
pipeline = make_pipeline(StandardScaler(), RandomForestClassifier(21, random_state=0)).fit(features, classes)

model = to_onnx(pipeline, features[:1], options={"zipmap": False})
compiled = landfall.compile(model)
found = compiled.run({"X": features})

assert (found["label"] == pipeline.predict(features)).all()
np.testing.assert_allclose(found["probabilities"], pipeline.predict_proba(features), atol=1e-5)
